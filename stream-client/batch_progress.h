#pragma once

#include <map>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "stream-client/pipeline/ports.h"

namespace serin::stream {

// Writes a JSON line for each batch that is done, shaped as Spark's StreamingQueryProgress: name,
// timestamp, batchId, numInputRows, inputRowsPerSecond and processedRowsPerSecond (since the batch
// before), durationMs {latestOffset, getBatch, predict, produce, commitOffsets, triggerExecution},
// sources (with startOffset and endOffset by topic and partition) and sink. latestOffset and
// commitOffsets are 0, as no batch waits for them: ends are told with what is read, and offsets are
// committed beside later batches or, in a transaction, within `produce`. Not thread-safe.
class BatchProgress final : public PipelineObserver {
 public:
  // `next` hears of each batch, too; it and `out` must outlive this.
  BatchProgress(std::string name, std::string sink, PipelineObserver& next, std::ostream& out)
      : name_(std::move(name)), sink_(std::move(sink)), next_(next), out_(out) {}

  void OnBatchDone(const Batch& batch, absl::Time now) override;

 private:
  std::string Line(const Batch& batch, absl::Time now) const;

  const std::string name_;
  const std::string sink_;
  PipelineObserver& next_;
  std::ostream& out_;
  absl::Time last_done_ = absl::InfinitePast();
};

}  // namespace serin::stream
