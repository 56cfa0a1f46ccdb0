#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "model-server/inference/served_model.h"

namespace serin::model_server {

// Everything a server serves at one moment. Immutable: a change makes a new catalog, and a request
// keeps the one it started with.
class ModelCatalog {
 public:
  using Entry = std::shared_ptr<const ServedModel>;

  ModelCatalog() = default;
  explicit ModelCatalog(std::vector<Entry> models);

  // The version that answers for `model` and `version`; nullptr if there is none. An empty model is
  // the first one by name; an empty version is the newest one (IsOlderVersion).
  const ServedModel* Find(std::string_view model, std::string_view version) const;

  // NOT_FOUND for a pair that Find() does not know; names what there is.
  absl::Status NotFound(std::string_view model, std::string_view version) const;

  // Whether any model has a batcher, so that its answers come later.
  bool batches() const { return batches_; }

  // By name, then from the oldest version to the newest.
  const std::vector<Entry>& models() const { return models_; }

  // The versions of one model, from the oldest to the newest.
  std::vector<std::string> VersionsOf(std::string_view model) const;

  ModelCatalog With(Entry added) const;
  ModelCatalog Without(std::string_view model, std::string_view version) const;

 private:
  std::vector<Entry> models_;
  const ServedModel* default_ = nullptr;
  bool batches_ = false;
};

}  // namespace serin::model_server
