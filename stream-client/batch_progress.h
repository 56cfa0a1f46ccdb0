#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "stream-client/pipeline/ports.h"

namespace serin::stream {

// Writes a JSON line for each batch that is done, shaped as Spark's StreamingQueryProgress: name,
// timestamp, batchId, numInputRows, inputRowsPerSecond and processedRowsPerSecond (since the batch
// before), durationMs {latestOffset, getBatch, predict, produce, commitOffsets, triggerExecution},
// sources and sink. The one source has description, startOffset, endOffset (one past the last) and
// latestOffset (the partition's end as the last fetch saw it) by topic and partition, the rows and
// rates, and metrics {avg, max, min}OffsetsBehindLatest, which are strings as Spark's are. Offsets
// are those of the partitions that the batch has records of. latestOffset and commitOffsets last
// 0 ms, as no batch waits for them: ends are told with what is read, and offsets are committed
// beside later batches or, in a transaction, within `produce`. Not thread-safe.
class BatchProgress final : public PipelineObserver {
 public:
  struct Names {
    std::string query;   // the consumer group
    std::string source;  // as Spark describes it: KafkaV2[Subscribe[topic]]
    std::string sink;    // the topic of results
  };
  // Where a partition ends now; nullopt when that is not known yet.
  using Ends = std::function<std::optional<int64_t>(const TopicPartition&)>;

  // `next` hears of each batch, too; it and `out` must outlive this.
  BatchProgress(Names names, Ends ends, PipelineObserver& next, std::ostream& out)
      : names_(std::move(names)), ends_(std::move(ends)), next_(next), out_(out) {}

  void OnBatchDone(const Batch& batch, absl::Time now) override;

 private:
  std::string Line(const Batch& batch, absl::Time now) const;
  std::string Source(const Batch& batch, const std::string& rates) const;

  const Names names_;
  const Ends ends_;
  PipelineObserver& next_;
  std::ostream& out_;
  absl::Time last_done_ = absl::InfinitePast();
};

}  // namespace serin::stream
