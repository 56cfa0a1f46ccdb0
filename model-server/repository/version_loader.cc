#include "model-server/repository/version_loader.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/config_faults.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "model-server/backends/model_factory.h"
#include "model-server/repository/file_digest.h"
#include "serin/v1/config/model_manifest.pb.h"

namespace serin::model_server {
namespace {

using ::serin::v1::config::ModelManifest;

std::string InFolder(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

// All files, so that all faults are told at once.
absl::Status VerifyFiles(const ModelManifest& manifest, const std::string& folder) {
  std::vector<std::string> faults;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (const auto& file : manifest.files()) {
    const std::string path = InFolder(folder, file.path());
    const absl::StatusOr<std::string> digest = Sha256OfFile(path);
    if (!digest.ok()) {
      code = absl::StatusCode::kNotFound;
      faults.emplace_back(digest.status().message());
    } else if (*digest != absl::AsciiStrToLower(file.sha256())) {
      code = absl::StatusCode::kDataLoss;
      faults.push_back(absl::StrCat(path, ": expected SHA-256 ", file.sha256(), ", got ", *digest));
    }
  }
  return absl::Status(code, absl::StrJoin(faults, "\n"));
}

ModelSpec SpecOf(const ModelManifest& manifest, const std::string& folder) {
  ModelSpec spec{.backend = manifest.backend(), .dialect = manifest.dialect(), .files = {}};
  for (const auto& file : manifest.files()) spec.files.push_back(InFolder(folder, file.path()));
  return spec;
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

absl::StatusOr<ModelManifest> ReadManifest(const std::string& folder) {
  const std::string path = InFolder(folder, "model.yaml");
  ModelManifest manifest;
  SERIN_RETURN_IF_ERROR(LoadConfig(path, manifest));
  SERIN_RETURN_IF_ERROR(CheckBatching(manifest.batching(), path));
  return manifest;
}

}  // namespace

ManifestLoader::ManifestLoader(StatsOf stats_of, const Clock& clock)
    : stats_of_(std::move(stats_of)), clock_(clock) {}

absl::StatusOr<std::shared_ptr<const ServedModel>> ManifestLoader::Load(const ModelVersionId& id,
                                                                        const std::string& folder) {
  SERIN_ASSIGN_OR_RETURN(const ModelManifest manifest, ReadManifest(folder));
  SERIN_RETURN_IF_ERROR(VerifyFiles(manifest, folder));
  SERIN_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, LoadModel(SpecOf(manifest, folder)));
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
