#include "model-server/telemetry/prediction_metrics.h"

namespace serin::model_server {
namespace {

// A model of this kind answers in microseconds; 1 µs to 100 ms.
const prometheus::Histogram::BucketBoundaries kInferenceBuckets = {
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 1e-2, 1e-1};

}  // namespace

PredictionMetrics::PredictionMetrics(prometheus::Registry& registry, const std::string& model,
                                     const std::string& version)
    : model_labels_({{"model", model}, {"version", version}}),
      predictions_(prometheus::BuildCounter()
                       .Name("serin_model_predictions_total")
                       .Help("Texts answered, by the label given (empty on errors) and gRPC code.")
                       .Register(registry)),
      negative_(Counter("negative", "OK")),
      neutral_(Counter("neutral", "OK")),
      positive_(Counter("positive", "OK")),
      duration_(prometheus::BuildHistogram()
                    .Name("serin_model_inference_duration_seconds")
                    .Help("Time the model takes for one text.")
                    .Register(registry)
                    .Add(model_labels_, kInferenceBuckets)) {}

prometheus::Counter& PredictionMetrics::Counter(const std::string& label, const std::string& code) {
  prometheus::Labels labels = model_labels_;
  labels["label"] = label;
  labels["code"] = code;
  return predictions_.Add(labels);
}

void PredictionMetrics::OnPredicted(Label label, absl::Duration inference) {
  switch (label) {
    case Label::kNegative:
      negative_.Increment();
      break;
    case Label::kNeutral:
      neutral_.Increment();
      break;
    case Label::kPositive:
      positive_.Increment();
      break;
  }
  duration_.Observe(absl::ToDoubleSeconds(inference));
}

void PredictionMetrics::OnRefused(absl::StatusCode code) {
  Counter("", absl::StatusCodeToString(code)).Increment();
}

}  // namespace serin::model_server
