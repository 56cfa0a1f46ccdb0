#include "model-server/inference/prediction_run.h"

#include <utility>

#include "model-server/inference/text_rules.h"

namespace serin::model_server {

absl::StatusOr<Prediction> PredictionRun::Predict(const Query& query) {
  const ServedModel* served = catalog_.Find(query.model, query.version);
  if (served == nullptr) {
    return engine_.Refuse(catalog_, query, catalog_.NotFound(query.model, query.version));
  }
  if (absl::Status status = CheckText(query.text, served->max_text_bytes); !status.ok()) {
    return engine_.Refuse(catalog_, query, std::move(status));
  }
  if (!last_.has_value()) last_ = engine_.clock_.UnixNanos();
  const absl::StatusOr<Sentiment> outcome = served->model->Score(query.text);
  const int64_t now = engine_.clock_.UnixNanos();
  const int64_t inference = now - *last_;
  last_ = now;
  engine_.Log(served, query, outcome, inference);
  if (!outcome.ok()) {
    served->stats->CountRefused(outcome.status().code());
    return outcome.status();
  }
  Count(*served, outcome->label, inference);
  return Prediction{.sentiment = *outcome, .by = served};
}

void PredictionRun::Count(const ServedModel& served, Label label, int64_t inference_nanoseconds) {
  if (stats_ != served.stats.get()) {
    TellCounts();
    stats_ = served.stats.get();
  }
  counts_.Add(label, inference_nanoseconds);
}

void PredictionRun::TellCounts() {
  if (stats_ == nullptr) return;
  stats_->CountPredicted(counts_);
  counts_ = {};
}

}  // namespace serin::model_server
