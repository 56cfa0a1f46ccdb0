#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

#include "model-server/inference/prediction_engine.h"

namespace serin::model_server {

// serin_model_predictions_total{model,version,label,code} and
// serin_model_inference_duration_seconds{model,version}. Thread-safe.
class PredictionMetrics final : public PredictionObserver {
 public:
  PredictionMetrics(prometheus::Registry& registry, const std::string& model,
                    const std::string& version);

  void OnPredicted(Label label, absl::Duration inference) override;
  void OnRefused(absl::StatusCode code) override;

 private:
  prometheus::Counter& Counter(const std::string& label, const std::string& code);

  const prometheus::Labels model_labels_;
  prometheus::Family<prometheus::Counter>& predictions_;
  prometheus::Counter& negative_;
  prometheus::Counter& neutral_;
  prometheus::Counter& positive_;
  prometheus::Histogram& duration_;
};

}  // namespace serin::model_server
