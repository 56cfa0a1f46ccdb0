#include "model-server/repository/version_loader.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/config/config_faults.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "model-server/backends/model_factory.h"
#include "model-server/backends/read_content.h"
#include "model-server/repository/file_digest.h"
#include "serin/v1/config/model_manifest.pb.h"

namespace serin::model_server {
namespace {

using ::serin::v1::config::ModelManifest;

std::string InFolder(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

// Both, where either may be OK; the code is the first's.
absl::Status Joined(const absl::Status& first, const absl::Status& second) {
  if (first.ok() || second.ok()) return first.ok() ? second : first;
  return absl::Status(first.code(), absl::StrCat(first.message(), "\n", second.message()));
}

absl::StatusOr<FileContent> ReadVerified(const std::string& path, const std::string& sha256) {
  SERIN_ASSIGN_OR_RETURN(FileContent file, ReadContent(path));
  const std::string digest = Sha256(file.bytes);
  if (digest == absl::AsciiStrToLower(sha256)) return file;
  return absl::DataLossError(absl::StrCat(path, ": expected SHA-256 ", sha256, ", got ", digest));
}

// Reads all files that the manifest names, so that all faults are told at once.
absl::Status ReadFiles(const ModelManifest& manifest, const std::string& folder,
                       std::vector<FileContent>& files) {
  absl::Status faults;
  for (const auto& file : manifest.files()) {
    if (file.path().empty() || file.sha256().empty()) continue;  // a fault of the manifest
    absl::StatusOr<FileContent> read = ReadVerified(InFolder(folder, file.path()), file.sha256());
    if (read.ok()) files.push_back(*std::move(read));
    faults = Joined(faults, read.status());
  }
  return faults;
}

absl::Status WarmUp(const ModelManifest& manifest, const Model& model) {
  for (const auto& request : manifest.warm_up()) {
    const absl::StatusOr<Sentiment> answer = model.Score(request.text());
    if (!answer.ok()) return answer.status();
    const std::string label(LabelName(answer->label));
    if (!request.label().empty() && request.label() != label) {
      return absl::FailedPreconditionError(absl::StrCat(
          "warm_up: expected ", request.label(), ", got ", label, " for \"", request.text(), "\""));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBatching(const v1::config::BatchingConfig& batching, const std::string& path) {
  ConfigFaults faults(path);
  if (batching.preferred_items() > batching.max_items()) {
    faults.Add("batching.preferred_items",
               absl::StrCat("at most batching.max_items, which is ", batching.max_items()),
               absl::StrCat(batching.preferred_items()));
  }
  return faults.ToStatus();
}

std::shared_ptr<ItemBatcher> BatcherOf(const v1::config::BatchingConfig& batching,
                                       const std::shared_ptr<const Model>& model,
                                       const Clock& clock) {
  if (batching.max_items() == 0) return nullptr;
  const uint32_t preferred = batching.preferred_items();
  return std::make_shared<ItemBatcher>(
      BatchingPolicy{.max_items = batching.max_items(),
                     .preferred_items = preferred == 0 ? batching.max_items() : preferred,
                     .max_delay = ConfigDuration(batching.max_delay())},
      model, clock);
}

// `manifest` becomes what of it could be read.
absl::Status ReadManifest(const std::string& folder, ModelManifest& manifest) {
  const std::string path = InFolder(folder, "model.yaml");
  SERIN_RETURN_IF_ERROR(LoadConfig(path, manifest));
  return CheckBatching(manifest.batching(), path);
}

}  // namespace

ManifestLoader::ManifestLoader(StatsOf stats_of, const Clock& clock)
    : stats_of_(std::move(stats_of)), clock_(clock) {}

absl::StatusOr<std::shared_ptr<const ServedModel>> ManifestLoader::Load(const ModelVersionId& id,
                                                                        const std::string& folder) {
  ModelManifest manifest;
  ModelSpec spec;
  const absl::Status faults = ReadManifest(folder, manifest);
  SERIN_RETURN_IF_ERROR(Joined(faults, ReadFiles(manifest, folder, spec.files)));
  spec.backend = manifest.backend();
  spec.dialect = manifest.dialect();
  SERIN_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, MakeModel(spec));
  spec.files.clear();
  SERIN_RETURN_IF_ERROR(WarmUp(manifest, *model));
  return std::make_shared<const ServedModel>(
      ServedModel{.name = id.model,
                  .version = id.version,
                  .platform = absl::StrCat("serin_", manifest.backend()),
                  .max_text_bytes = manifest.max_text_bytes(),
                  .model = model,
                  .batcher = BatcherOf(manifest.batching(), model, clock_),
                  .stats = stats_of_(id)});
}

}  // namespace serin::model_server
