#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>

#include "model-server/inference/served_model.h"

namespace serin::model_server {

// serin_model_predictions_total{model,version,label,code} and
// serin_model_inference_duration_seconds{model,version}. Thread-safe.
class PredictionMetrics {
 public:
  explicit PredictionMetrics(prometheus::Registry& registry);

  // What counts for one version. It must not outlive the registry.
  std::shared_ptr<PredictionObserver> ObserverOf(const std::string& model,
                                                 const std::string& version);

 private:
  prometheus::Family<prometheus::Counter>& predictions_;
  prometheus::Family<prometheus::Histogram>& durations_;
};

}  // namespace serin::model_server
