#include "model-server/telemetry/prediction_metrics.h"

#include <array>

namespace serin::model_server {
namespace {

using CounterFamily = prometheus::Family<prometheus::Counter>;

// A model of this kind answers in microseconds; 1 µs to 100 ms.
const prometheus::Histogram::BucketBoundaries kInferenceBuckets = {
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 1e-2, 1e-1};

class VersionMetrics final : public PredictionObserver {
 public:
  VersionMetrics(CounterFamily& predictions, prometheus::Histogram& duration,
                 prometheus::Labels labels)
      : predictions_(predictions), duration_(duration), labels_(std::move(labels)) {
    for (const Label label : {Label::kNegative, Label::kNeutral, Label::kPositive}) {
      by_label_[static_cast<size_t>(label)] = &CounterOf(std::string(LabelName(label)), "OK");
    }
  }

  void OnPredicted(Label label, absl::Duration inference) override {
    by_label_[static_cast<size_t>(label)]->Increment();
    duration_.Observe(absl::ToDoubleSeconds(inference));
  }

  void OnRefused(absl::StatusCode code) override {
    CounterOf("", absl::StatusCodeToString(code)).Increment();
  }

 private:
  prometheus::Counter& CounterOf(const std::string& label, const std::string& code) {
    prometheus::Labels labels = labels_;
    labels["label"] = label;
    labels["code"] = code;
    return predictions_.Add(labels);
  }

  CounterFamily& predictions_;
  prometheus::Histogram& duration_;
  const prometheus::Labels labels_;
  std::array<prometheus::Counter*, 3> by_label_{};
};

}  // namespace

PredictionMetrics::PredictionMetrics(prometheus::Registry& registry)
    : predictions_(prometheus::BuildCounter()
                       .Name("serin_model_predictions_total")
                       .Help("Texts answered, by the label given (empty on errors) and gRPC code.")
                       .Register(registry)),
      durations_(prometheus::BuildHistogram()
                     .Name("serin_model_inference_duration_seconds")
                     .Help("Time the model takes for one text.")
                     .Register(registry)) {}

std::shared_ptr<PredictionObserver> PredictionMetrics::ObserverOf(const std::string& model,
                                                                  const std::string& version) {
  const prometheus::Labels labels = {{"model", model}, {"version", version}};
  return std::make_shared<VersionMetrics>(predictions_, durations_.Add(labels, kInferenceBuckets),
                                          labels);
}

}  // namespace serin::model_server
