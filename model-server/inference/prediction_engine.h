#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/concurrency/snapshot.h"
#include "common/time/clock.h"
#include "model-server/inference/model_catalog.h"

namespace serin::model_server {

// One thing to score. The views must live until Predict() returns.
struct Query {
  std::string_view text;
  std::string_view model;    // empty: the default model
  std::string_view version;  // empty: its newest version
};

// The answer and who gave it.
struct Prediction {
  Sentiment sentiment;
  const ServedModel* by = nullptr;  // lives as long as the catalog
};

// Finds the model a query asks for, checks the text and has the model score it: the one path of all
// RPCs to the models. Thread-safe.
class PredictionEngine {
 public:
  // Nothing is owned; all must outlive the engine. `unknown_observer` is told of queries for a
  // model or version that is not loaded.
  PredictionEngine(const Snapshot<ModelCatalog>& catalog, PredictionObserver& unknown_observer,
                   const Clock& clock);

  // What is served now. A request takes it once and uses it for all its items.
  std::shared_ptr<const ModelCatalog> catalog() const { return catalog_.Get(); }

  // Errors: NOT_FOUND (a model or version that is not loaded), INVALID_ARGUMENT (the text), and
  // what the model itself says.
  absl::StatusOr<Prediction> Predict(const ModelCatalog& catalog, const Query& query) const;

 private:
  const Snapshot<ModelCatalog>& catalog_;
  PredictionObserver& unknown_observer_;
  const Clock& clock_;
};

}  // namespace serin::model_server
