#include "model-server/model_server_config.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/config/config_loader.h"
#include "common/config/tls_checks.h"
#include "common/status/status_macros.h"

namespace serin::model_server {
namespace {

using ::serin::v1::config::ModelSelection;
using ::serin::v1::config::ModelServerConfig;
using ::serin::v1::config::RepositoryConfig;

int WaysToChoose(const ModelSelection& model) {
  return (model.latest() > 0 ? 1 : 0) + (model.versions().empty() ? 0 : 1) + (model.all() ? 1 : 0);
}

void CheckSelections(const RepositoryConfig& repository, ConfigFaults& faults) {
  std::set<std::string> names;
  for (int i = 0; i < repository.models_size(); ++i) {
    const ModelSelection& model = repository.models(i);
    const std::string key = absl::StrCat("repository.models[", i, "]");
    if (!names.insert(model.name()).second) {
      faults.Add(absl::StrCat(key, ".name"), "each model once", "\"" + model.name() + "\" again");
    }
    if (const int ways = WaysToChoose(model); ways > 1) {
      faults.Add(key, "one of latest, versions and all", absl::StrCat(ways, " of them"));
    }
  }
}

VersionPolicy PolicyOf(const ModelSelection& model) {
  if (model.all()) return {.kind = VersionPolicy::Kind::kAll};
  if (!model.versions().empty()) {
    return {.kind = VersionPolicy::Kind::kSpecific,
            .specific = {model.versions().begin(), model.versions().end()}};
  }
  return {.kind = VersionPolicy::Kind::kLatest, .latest = model.latest() == 0 ? 1 : model.latest()};
}

}  // namespace

absl::StatusOr<ModelServerConfig> LoadModelServerConfig(const std::string& path) {
  ModelServerConfig config;
  SERIN_RETURN_IF_ERROR(LoadConfig(path, config));
  ConfigFaults faults(path);
  CheckSelections(config.repository(), faults);
  CheckServerTls("tls", config.tls(), faults);
  SERIN_RETURN_IF_ERROR(faults.ToStatus());
  return config;
}

Selection SelectionOf(const RepositoryConfig& repository) {
  Selection selection{.models = {}, .others = repository.models().empty()};
  for (const ModelSelection& model : repository.models()) {
    selection.models[model.name()] = PolicyOf(model);
  }
  return selection;
}

}  // namespace serin::model_server
