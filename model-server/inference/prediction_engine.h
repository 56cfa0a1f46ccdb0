#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/concurrency/snapshot.h"
#include "common/time/clock.h"
#include "model-server/inference/model_catalog.h"
#include "model-server/inference/prediction_log.h"

namespace serin::model_server {

// One thing to score. The views must live until Predict() returns.
struct Query {
  std::string_view text;
  std::string_view model;       // empty: the default model
  std::string_view version;     // empty: its newest version
  std::string_view request_id;  // for the log
  std::string_view trace_id;    // for the log
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
  // Nothing is owned; all must outlive the engine. `unknown` counts queries for a model or version
  // that is not loaded; `log` may be null.
  PredictionEngine(const Snapshot<ModelCatalog>& catalog, PredictionStats& unknown,
                   const Clock& clock, PredictionLog* log);

  // What is served now. A request takes it once and uses it for all its items.
  std::shared_ptr<const ModelCatalog> catalog() const { return catalog_.Get(); }

  // Whether queries are logged, so that their ids are wanted.
  bool logs() const { return log_ != nullptr; }

  // Errors: NOT_FOUND (a model or version that is not loaded), INVALID_ARGUMENT (the text), and
  // what the model itself says.
  absl::StatusOr<Prediction> Predict(const ModelCatalog& catalog, const Query& query) const;

 private:
  absl::StatusOr<Sentiment> Score(const ServedModel& served, const Query& query,
                                  absl::Duration& inference) const;
  void Log(const Query& query, const ServedModel* served, const absl::StatusOr<Sentiment>& outcome,
           absl::Duration inference) const;

  const Snapshot<ModelCatalog>& catalog_;
  PredictionStats& unknown_;
  const Clock& clock_;
  PredictionLog* const log_;
};

}  // namespace serin::model_server
