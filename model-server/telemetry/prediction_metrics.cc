#include "model-server/telemetry/prediction_metrics.h"

#include <prometheus/metric_family.h>

#include <limits>

#include "model-server/inference/model.h"

namespace serin::model_server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

ClientMetric& Add(MetricFamily& family, std::vector<ClientMetric::Label> labels) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

void AddCounters(MetricFamily& family, const std::string& model, const std::string& version,
                 const PredictionStats::Totals& totals) {
  const auto add = [&](const std::string& label, const std::string& code, uint64_t count) {
    if (count == 0) return;
    Add(family, {{"model", model}, {"version", version}, {"label", label}, {"code", code}})
        .counter.value = static_cast<double>(count);
  };
  for (size_t i = 0; i < totals.predicted.size(); ++i) {
    add(std::string(LabelName(static_cast<Label>(i))), "OK", totals.predicted[i]);
  }
  for (size_t i = 0; i < totals.refused.size(); ++i) {
    add("", absl::StatusCodeToString(static_cast<absl::StatusCode>(i)), totals.refused[i]);
  }
}

double UpperBoundSeconds(size_t bucket) {
  if (bucket == PredictionStats::kBuckets) return std::numeric_limits<double>::infinity();
  return static_cast<double>(PredictionStats::kBucketNanoseconds[bucket]) / 1e9;
}

void AddDuration(MetricFamily& family, const std::string& model, const std::string& version,
                 const PredictionStats::Totals& totals) {
  ClientMetric::Histogram& histogram =
      Add(family, {{"model", model}, {"version", version}}).histogram;
  uint64_t cumulative = 0;
  for (size_t i = 0; i < totals.buckets.size(); ++i) {
    cumulative += totals.buckets[i];
    histogram.bucket.push_back(
        {.cumulative_count = cumulative, .upper_bound = UpperBoundSeconds(i)});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = totals.inference_seconds;
}

MetricFamily DroppedLines(const JsonPredictionLog& log) {
  MetricFamily family;
  family.name = "serin_request_log_dropped_total";
  family.help = "Lines of the request log that were lost because the disk was too slow or full.";
  family.type = prometheus::MetricType::Counter;
  Add(family, {}).counter.value = static_cast<double>(log.dropped());
  return family;
}

}  // namespace

std::shared_ptr<PredictionStats> PredictionMetrics::StatsOf(const std::string& model,
                                                            const std::string& version) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<PredictionStats>& stats = stats_[{model, version}];
  if (stats == nullptr) stats = std::make_shared<PredictionStats>();
  return stats;
}

std::vector<MetricFamily> PredictionMetrics::Collect() const {
  MetricFamily predictions;
  predictions.name = "serin_model_predictions_total";
  predictions.help = "Texts answered, by the label given (empty on errors) and gRPC code.";
  predictions.type = prometheus::MetricType::Counter;
  MetricFamily duration;
  duration.name = "serin_model_inference_duration_seconds";
  duration.help = "Time the model takes for one text.";
  duration.type = prometheus::MetricType::Histogram;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, stats] : stats_) {
      const PredictionStats::Totals totals = stats->Read();
      AddCounters(predictions, id.first, id.second, totals);
      // No histogram for the models that do not exist.
      if (!id.first.empty()) AddDuration(duration, id.first, id.second, totals);
    }
  }
  std::vector<MetricFamily> families = prometheus::Registry::Collect();
  families.push_back(std::move(predictions));
  families.push_back(std::move(duration));
  if (log_ != nullptr) families.push_back(DroppedLines(*log_));
  return families;
}

}  // namespace serin::model_server
