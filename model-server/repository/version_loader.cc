#include "model-server/repository/version_loader.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

}  // namespace

ManifestLoader::ManifestLoader(StatsOf stats_of) : stats_of_(std::move(stats_of)) {}

absl::StatusOr<std::shared_ptr<const ServedModel>> ManifestLoader::Load(const ModelVersionId& id,
                                                                        const std::string& folder) {
  ModelManifest manifest;
  SERIN_RETURN_IF_ERROR(LoadConfig(InFolder(folder, "model.yaml"), manifest));
  SERIN_RETURN_IF_ERROR(VerifyFiles(manifest, folder));
  SERIN_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, LoadModel(SpecOf(manifest, folder)));
  SERIN_RETURN_IF_ERROR(WarmUp(manifest, *model));
  return std::make_shared<const ServedModel>(
      ServedModel{.name = id.model,
                  .version = id.version,
                  .platform = absl::StrCat("serin_", manifest.backend()),
                  .max_text_bytes = manifest.max_text_bytes(),
                  .model = std::move(model),
                  .stats = stats_of_(id)});
}

}  // namespace serin::model_server
