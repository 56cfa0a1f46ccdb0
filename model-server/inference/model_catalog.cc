#include "model-server/inference/model_catalog.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/strings/absl_view.h"
#include "common/strings/utf8_prefix.h"
#include "model-server/inference/version_order.h"

namespace serin::model_server {
namespace {

// What a caller asked for, as far as it helps to find the mistake.
absl::string_view Shown(std::string_view name) { return AbslView(Utf8Prefix(name, 100)); }

}  // namespace

ModelCatalog::ModelCatalog(std::vector<Entry> models) : models_(std::move(models)) {
  std::sort(models_.begin(), models_.end(), [](const Entry& a, const Entry& b) {
    return a->name != b->name ? a->name < b->name : IsOlderVersion(a->version, b->version);
  });
  batches_ = std::any_of(models_.begin(), models_.end(),
                         [](const Entry& entry) { return entry->batcher != nullptr; });
  if (!models_.empty()) default_ = Find(models_.front()->name, "");
}

const ServedModel* ModelCatalog::Find(std::string_view model, std::string_view version) const {
  if (model.empty() && version.empty()) return default_;
  if (model.empty()) return default_ == nullptr ? nullptr : Find(default_->name, version);
  // From the newest on. A server has a handful of models: a scan beats a map.
  const auto found = std::find_if(models_.rbegin(), models_.rend(), [&](const Entry& entry) {
    return entry->name == model && (version.empty() || entry->version == version);
  });
  return found == models_.rend() ? nullptr : found->get();
}

absl::Status ModelCatalog::NotFound(std::string_view model, std::string_view version) const {
  if (models_.empty()) return absl::NotFoundError("model: none is loaded");
  const ServedModel* any = Find(model, "");
  if (any == nullptr) {
    std::vector<std::string> names;
    for (const Entry& entry : models_) {
      if (names.empty() || names.back() != entry->name) names.push_back(entry->name);
    }
    return absl::NotFoundError(absl::StrCat("model: expected one of ", absl::StrJoin(names, ", "),
                                            ", got \"", Shown(model), "\""));
  }
  return absl::NotFoundError(absl::StrCat("model_version: expected one of ",
                                          absl::StrJoin(VersionsOf(any->name), ", "),
                                          " or none, got \"", Shown(version), "\""));
}

std::vector<std::string> ModelCatalog::VersionsOf(std::string_view model) const {
  std::vector<std::string> versions;
  for (const Entry& entry : models_) {
    if (entry->name == model) versions.push_back(entry->version);
  }
  return versions;
}

ModelCatalog ModelCatalog::With(Entry added) const {
  std::vector<Entry> models = Without(added->name, added->version).models_;
  models.push_back(std::move(added));
  return ModelCatalog(std::move(models));
}

ModelCatalog ModelCatalog::Without(std::string_view model, std::string_view version) const {
  std::vector<Entry> models = models_;
  std::erase_if(models, [&](const Entry& entry) {
    return entry->name == model && entry->version == version;
  });
  return ModelCatalog(std::move(models));
}

}  // namespace serin::model_server
