#pragma once

#include <map>
#include <memory>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "stream-client/pipeline/ports.h"

namespace serin::stream {

// The client's metrics: serin_stream_records_total{outcome}, serin_stream_batch_duration_seconds
// and serin_stream_lag_records{topic,partition}. Updates belong to one thread, scrapes may come
// from others.
class StreamMetrics final : public PipelineObserver {
 public:
  explicit StreamMetrics(prometheus::Registry& registry);

  void OnBatchDone(const Batch& batch, absl::Time now) override;
  // Of the partitions that are ours; those of others are no longer reported.
  void SetLags(const std::map<TopicPartition, int64_t>& records);

 private:
  prometheus::Counter& scored_;
  prometheus::Counter& dead_at_decode_;
  prometheus::Counter& dead_at_predict_;
  prometheus::Counter& dead_at_produce_;
  prometheus::Histogram& batch_duration_;
  prometheus::Family<prometheus::Gauge>& lag_;
  std::map<TopicPartition, prometheus::Gauge*> lag_by_partition_;
};

}  // namespace serin::stream
