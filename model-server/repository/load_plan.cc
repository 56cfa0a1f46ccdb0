#include "model-server/repository/load_plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "model-server/inference/version_order.h"

namespace serin::model_server {

std::set<ModelVersionId> WantedVersions(const RepositoryView& disk, const Selection& selection,
                                        const Wishes& wishes) {
  std::map<std::string, std::vector<std::string>> available;
  for (const auto& [id, folder] : disk) available[id.model].push_back(id.version);
  std::set<ModelVersionId> wanted;
  for (const auto& [model, versions] : available) {
    const auto policy = selection.models.find(model);
    if (policy == selection.models.end() && !selection.others) continue;
    const VersionPolicy chosen =
        policy == selection.models.end() ? VersionPolicy{} : policy->second;
    for (const std::string& version : SelectVersions(versions, chosen)) {
      wanted.insert({model, version});
    }
  }
  for (const auto& [id, wish] : wishes) {
    if (wish == Wish::kUnload) wanted.erase(id);
    if (wish == Wish::kLoad && disk.contains(id)) wanted.insert(id);
  }
  return wanted;
}

std::vector<std::string> MissingSelections(const RepositoryView& disk, const Selection& selection) {
  std::set<std::string> models;
  for (const auto& [id, folder] : disk) models.insert(id.model);
  std::vector<std::string> missing;
  for (const auto& [model, policy] : selection.models) {
    if (!models.contains(model)) {
      missing.push_back(absl::StrCat("model \"", model, "\""));
      continue;
    }
    for (const std::string& version : policy.specific) {
      if (disk.contains({model, version})) continue;
      missing.push_back(absl::StrCat("model \"", model, "\" version \"", version, "\""));
    }
  }
  return missing;
}

std::vector<ModelVersionId> VersionsToLoad(const RepositoryView& disk,
                                           const std::set<ModelVersionId>& wanted,
                                           const Attempts& attempts) {
  std::vector<ModelVersionId> load;
  for (const ModelVersionId& id : wanted) {
    const auto attempt = attempts.find(id);
    if (attempt == attempts.end() || attempt->second.fingerprint != disk.at(id).fingerprint) {
      load.push_back(id);
    }
  }
  std::sort(load.begin(), load.end(), [](const ModelVersionId& a, const ModelVersionId& b) {
    return a.model != b.model ? a.model < b.model : IsOlderVersion(a.version, b.version);
  });
  return load;
}

std::vector<ModelVersionId> VersionsToUnload(const std::set<ModelVersionId>& wanted,
                                             const Attempts& attempts) {
  std::set<std::string> waiting;  // models with a wanted version that is not there yet
  for (const ModelVersionId& id : wanted) {
    const auto attempt = attempts.find(id);
    if (attempt == attempts.end() || !attempt->second.loaded) waiting.insert(id.model);
  }
  std::vector<ModelVersionId> unload;
  for (const auto& [id, attempt] : attempts) {
    if (attempt.loaded && !wanted.contains(id) && !waiting.contains(id.model)) unload.push_back(id);
  }
  return unload;
}

}  // namespace serin::model_server
