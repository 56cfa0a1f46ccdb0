#include "model-server/inference/prediction_engine.h"

#include "model-server/inference/text_rules.h"

namespace serin::model_server {

PredictionEngine::PredictionEngine(const Snapshot<ModelCatalog>& catalog,
                                   PredictionObserver& unknown_observer, const Clock& clock)
    : catalog_(catalog), unknown_observer_(unknown_observer), clock_(clock) {}

absl::StatusOr<Prediction> PredictionEngine::Predict(const ModelCatalog& catalog,
                                                     const Query& query) const {
  const ServedModel* served = catalog.Find(query.model, query.version);
  if (served == nullptr) {
    unknown_observer_.OnRefused(absl::StatusCode::kNotFound);
    return catalog.NotFound(query.model, query.version);
  }
  if (absl::Status status = CheckText(query.text, served->max_text_bytes); !status.ok()) {
    served->observer->OnRefused(status.code());
    return status;
  }
  const absl::Time start = clock_.Now();
  absl::StatusOr<Sentiment> sentiment = served->model->Score(query.text);
  if (!sentiment.ok()) {
    served->observer->OnRefused(sentiment.status().code());
    return sentiment.status();
  }
  served->observer->OnPredicted(sentiment->label, clock_.Now() - start);
  return Prediction{.sentiment = *sentiment, .by = served};
}

}  // namespace serin::model_server
