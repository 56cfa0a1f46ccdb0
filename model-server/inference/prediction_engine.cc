#include "model-server/inference/prediction_engine.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"
#include "model-server/inference/text_rules.h"

namespace serin::model_server {

PredictionEngine::PredictionEngine(ServedModel served, size_t max_text_bytes,
                                   PredictionObserver& observer, const Clock& clock)
    : served_(std::move(served)),
      max_text_bytes_(max_text_bytes),
      observer_(observer),
      clock_(clock) {}

absl::Status PredictionEngine::Check(const Query& query) const {
  if (!query.model.empty() && query.model != served_.name) {
    return absl::NotFoundError(absl::StrCat("model: expected \"", served_.name, "\", got \"",
                                            AbslView(query.model), "\""));
  }
  if (!query.version.empty() && query.version != served_.version) {
    return absl::NotFoundError(absl::StrCat("model_version: expected \"", served_.version,
                                            "\" or none, got \"", AbslView(query.version), "\""));
  }
  return CheckText(query.text, max_text_bytes_);
}

absl::StatusOr<Sentiment> PredictionEngine::Predict(const Query& query) const {
  if (absl::Status status = Check(query); !status.ok()) {
    observer_.OnRefused(status.code());
    return status;
  }
  const absl::Time start = clock_.Now();
  absl::StatusOr<Sentiment> sentiment = served_.model->Score(query.text);
  if (sentiment.ok()) {
    observer_.OnPredicted(sentiment->label, clock_.Now() - start);
  } else {
    observer_.OnRefused(sentiment.status().code());
  }
  return sentiment;
}

}  // namespace serin::model_server
