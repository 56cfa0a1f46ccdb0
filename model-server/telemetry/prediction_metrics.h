#pragma once

#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "model-server/inference/prediction_stats.h"
#include "model-server/telemetry/json_prediction_log.h"

namespace serin::model_server {

// A registry that also reads the predictions' own counters when Prometheus asks, so that requests
// never touch a metrics library: serin_model_predictions_total{model,version,label,code} and
// serin_model_inference_duration_seconds{model,version}. Thread-safe.
class PredictionMetrics final : public prometheus::Registry {
 public:
  // The counters of one version; the same object each time, so that they go on over reloads.
  std::shared_ptr<PredictionStats> StatsOf(const std::string& model, const std::string& version);

  // Adds serin_request_log_dropped_total. The log must outlive the metrics; call before Collect().
  void WatchLog(const JsonPredictionLog& log) { log_ = &log; }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<PredictionStats>> stats_
      ABSL_GUARDED_BY(mutex_);
  const JsonPredictionLog* log_ = nullptr;
};

}  // namespace serin::model_server
