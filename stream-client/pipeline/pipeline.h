#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "stream-client/pipeline/adaptive_batch_size.h"
#include "stream-client/pipeline/backpressure.h"
#include "stream-client/pipeline/batch.h"
#include "stream-client/pipeline/micro_batcher.h"
#include "stream-client/pipeline/offset_ledger.h"
#include "stream-client/pipeline/ports.h"
#include "stream-client/pipeline/wakeup.h"
#include "stream-client/pipeline/write_order.h"

namespace serin::stream {

struct PipelineOptions {
  BatchLimits batch;
  size_t min_batch_records = 16;
  // How long the scorer may take for a batch; larger than zero: batches have between
  // min_batch_records and batch.max_records records, as many as that allows.
  absl::Duration target_latency = absl::ZeroDuration();
  Order order = Order::kPartition;
  // Batches with the scorer at a time.
  size_t max_in_flight = 8;
  // Records sent and not yet written, and bytes of their values; at so many no batch is sent. A
  // larger batch alone is still sent.
  size_t max_unfinished_records = 20000;
  size_t max_unfinished_bytes = 64 << 20;
  absl::Duration commit_interval = absl::Milliseconds(250);
  // How long a revoked partition's batches in flight are waited for.
  absl::Duration revoke_budget = absl::Seconds(5);
  // How long the last commit may take.
  absl::Duration final_commit_timeout = absl::Seconds(5);
};

// What has happened so far.
struct PipelineTotals {
  uint64_t records_in = 0;  // sent on their way
  uint64_t scored = 0;      // results written
  uint64_t dead_lettered = 0;
  uint64_t batches = 0;  // finished

  uint64_t finished() const { return scored + dead_lettered; }
};

// The collaborators of a pipeline; all must outlive it.
struct PipelinePorts {
  RecordSource& source;
  TextDecoder& decoder;
  Scorer& scorer;
  RecordSink& sink;
  OffsetCommitter& committer;
  PipelineObserver& observer;
  Wakeup& wakeup;
  const Clock& clock;
};

// The way of a record: read, decoded, batched, scored, written, committed. Up to max_in_flight
// batches are with the scorer at once and may come back in any order; while they are, the next one
// is gathered and earlier ones are written, in the order of `order`. Offsets are committed only up
// to the first record that is not written (at least once). One thread drives it by calling Step
// and, when that had nothing to do, sleeping until next_deadline() or a Wakeup. Not thread-safe.
class Pipeline final : public AssignmentListener {
 public:
  Pipeline(PipelineOptions options, PipelinePorts ports);

  // Does what can be done now, without blocking (a partition that is revoked meanwhile is waited
  // for, see revoke_budget). Returns whether there was anything to do.
  bool Step();

  // When to step again at the latest.
  absl::Time next_deadline() const;

  // Stops reading; what is not sent is dropped (it will be read again), what is in flight gets
  // until `deadline`. Later calls can only bring the deadline forward.
  void Drain(absl::Time deadline);

  // Whether all is over: the source ended, a drain ended, or something failed for good.
  bool done() const { return phase_ == Phase::kDone; }
  // Why it is over: OK unless something failed for good or the last commit did.
  const absl::Status& status() const { return status_; }

  const PipelineTotals& totals() const { return totals_; }
  size_t batches_unfinished() const { return unfinished_; }
  // Where the finished part of each assigned partition ends.
  std::vector<PartitionOffset> watermarks() const { return ledger_.Watermarks(); }
  // The same of each assigned partition, or its first record read, or -1 when none was.
  std::vector<PartitionOffset> positions() const { return ledger_.Positions(); }

  void OnAssigned(const std::vector<TopicPartition>& partitions) override;
  void OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) override;

 private:
  enum class Phase {
    kReading,
    kFinishing,  // the source has ended: what was read is worked through
    kDraining,   // asked to stop: what is in flight is waited for, within bounds
    kDone,
  };

  bool ReadRecords(absl::Time now);
  // Reads and sends until the scorer is full or there is nothing to read.
  bool FeedScorer(absl::Time now);
  // Whether one more batch may be sent.
  bool HasRoom() const;
  bool Dispatch(absl::Time now);
  void Send(std::unique_ptr<Batch> batch);
  bool CollectScored();
  bool WriteReady();
  void FlushWhenFull();
  void Finish(const Batch& batch);
  bool CollectWritten(absl::Time now);
  void CommitAdvanced(absl::Time now);
  void EndWhenDone(absl::Time now);
  void End();
  void Fail(absl::Status status);
  void AwaitInFlight(const std::vector<TopicPartition>& partitions);

  const PipelineOptions options_;
  PipelinePorts ports_;
  Phase phase_ = Phase::kReading;
  absl::Status status_;
  MicroBatcher batcher_;
  AdaptiveBatchSize batch_size_;
  OffsetLedger ledger_;
  WriteOrder order_;
  Backpressure backpressure_;
  bool source_paused_ = false;
  size_t unfinished_ = 0;          // batches sent and not yet written
  size_t unfinished_records_ = 0;  // theirs
  size_t unfinished_bytes_ = 0;    // of their values
  size_t scoring_ = 0;             // those of them that are with the scorer
  size_t writing_ = 0;             // with the sink
  absl::Time drain_deadline_ = absl::InfiniteFuture();
  absl::Time next_commit_ = absl::InfinitePast();
  PipelineTotals totals_;
};

}  // namespace serin::stream
