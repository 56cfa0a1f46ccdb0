#include "stream-client/stream_metrics.h"

#include <string>
#include <variant>

namespace serin::stream {
namespace {

prometheus::Family<prometheus::Counter>& Records(prometheus::Registry& registry) {
  return prometheus::BuildCounter()
      .Name("serin_stream_records_total")
      .Help("Records that are finished, by what became of them.")
      .Register(registry);
}

// From 50 microseconds to 27 minutes.
prometheus::Histogram::BucketBoundaries DurationBuckets() {
  prometheus::Histogram::BucketBoundaries buckets;
  for (double bound = 50e-6; bound < 2000; bound *= 2) buckets.push_back(bound);
  return buckets;
}

}  // namespace

StreamMetrics::StreamMetrics(prometheus::Registry& registry)
    : scored_(Records(registry).Add({{"outcome", "scored"}})),
      dead_at_decode_(Records(registry).Add({{"outcome", "dead_letter_decode"}})),
      dead_at_predict_(Records(registry).Add({{"outcome", "dead_letter_predict"}})),
      dead_at_produce_(Records(registry).Add({{"outcome", "dead_letter_produce"}})),
      batch_duration_(prometheus::BuildHistogram()
                          .Name("serin_stream_batch_duration_seconds")
                          .Help("From the first record of a batch to all of it being written.")
                          .Register(registry)
                          .Add({}, DurationBuckets())),
      lag_(prometheus::BuildGauge()
               .Name("serin_stream_lag_records")
               .Help("Records of a partition that are not finished.")
               .Register(registry)) {}

void StreamMetrics::OnBatchDone(const Batch& batch, absl::Time now) {
  double scored = 0;
  for (const BatchItem& item : batch.items) {
    const auto* failure = std::get_if<Failure>(&item.outcome);
    if (failure == nullptr) {
      ++scored;
    } else if (failure->stage == Stage::kDecode) {
      dead_at_decode_.Increment();
    } else if (failure->stage == Stage::kPredict) {
      dead_at_predict_.Increment();
    } else {
      dead_at_produce_.Increment();
    }
  }
  scored_.Increment(scored);
  batch_duration_.Observe(absl::ToDoubleSeconds(now - batch.opened_at));
}

void StreamMetrics::SetLags(const std::map<TopicPartition, int64_t>& records) {
  std::erase_if(lag_by_partition_, [&](const auto& entry) {
    const bool gone = !records.contains(entry.first);
    if (gone) lag_.Remove(entry.second);
    return gone;
  });
  for (const auto& [partition, lag] : records) {
    prometheus::Gauge*& gauge = lag_by_partition_[partition];
    if (gauge == nullptr) {
      gauge = &lag_.Add(
          {{"topic", partition.topic}, {"partition", std::to_string(partition.partition)}});
    }
    gauge->Set(static_cast<double>(lag));
  }
}

}  // namespace serin::stream
