#include "model-server/inference/prediction_engine.h"

#include "model-server/inference/text_rules.h"

namespace serin::model_server {

PredictionEngine::PredictionEngine(const Snapshot<ModelCatalog>& catalog, PredictionStats& unknown,
                                   const Clock& clock, PredictionLog* log)
    : catalog_(catalog), unknown_(unknown), clock_(clock), log_(log) {}

absl::StatusOr<Prediction> PredictionEngine::Predict(const ModelCatalog& catalog,
                                                     const Query& query) const {
  const ServedModel* served = catalog.Find(query.model, query.version);
  absl::Duration inference;
  const absl::StatusOr<Sentiment> outcome = served == nullptr
                                                ? catalog.NotFound(query.model, query.version)
                                                : Score(*served, query, inference);
  PredictionStats& stats = served == nullptr ? unknown_ : *served->stats;
  if (outcome.ok()) {
    stats.CountPredicted(outcome->label, inference);
  } else {
    stats.CountRefused(outcome.status().code());
  }
  if (log_ != nullptr && log_->Samples()) Log(query, served, outcome, inference);
  if (!outcome.ok()) return outcome.status();
  return Prediction{.sentiment = *outcome, .by = served};
}

absl::StatusOr<Sentiment> PredictionEngine::Score(const ServedModel& served, const Query& query,
                                                  absl::Duration& inference) const {
  if (absl::Status status = CheckText(query.text, served.max_text_bytes); !status.ok()) {
    return status;
  }
  const absl::Time start = clock_.Now();
  absl::StatusOr<Sentiment> sentiment = served.model->Score(query.text);
  inference = clock_.Now() - start;
  return sentiment;
}

void PredictionEngine::Log(const Query& query, const ServedModel* served,
                           const absl::StatusOr<Sentiment>& outcome,
                           absl::Duration inference) const {
  log_->Write({.time = clock_.Now(),
               .request_id = query.request_id,
               .trace_id = query.trace_id,
               .model = served == nullptr ? query.model : std::string_view(served->name),
               .version = served == nullptr ? query.version : std::string_view(served->version),
               .text = query.text,
               .status = outcome.status(),
               .sentiment = outcome.ok() ? *outcome : Sentiment{},
               .inference = inference});
}

}  // namespace serin::model_server
