#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/time/time.h"
#include "stream-client/pipeline/batch.h"

namespace serin::stream {

struct BatchLimits {
  size_t max_records = 512;
  size_t max_bytes = 1 << 20;  // of decoded text
  absl::Duration linger = absl::Milliseconds(20);
};

// Gathers records into micro-batches. A batch is closed when it is full, when the next record would
// make it larger than max_bytes, or when its first record has waited for `linger`; linger counts
// from that first record, not from the previous batch, so that a lone record never waits longer. A
// record larger than max_bytes gets a batch of its own. Not thread-safe.
class MicroBatcher {
 public:
  explicit MicroBatcher(BatchLimits limits) : limits_(limits) {}

  void Add(BatchItem item, absl::Time now);

  // From now on batches are closed at so many records.
  void SetMaxRecords(size_t records) { limits_.max_records = records; }

  // The oldest batch that is closed at `now`, or null.
  std::unique_ptr<Batch> TakeDue(absl::Time now);

  // Closes the open batch.
  void CloseOpen();

  // Forgets the records of a partition.
  void Drop(const TopicPartition& partition);

  // Forgets everything.
  void Clear();

  // When the next batch is due; InfiniteFuture when there is none.
  absl::Time deadline() const;

  bool has_closed() const { return !closed_.empty(); }
  bool empty() const { return open_ == nullptr && closed_.empty(); }

 private:
  BatchLimits limits_;
  uint64_t next_id_ = 0;
  std::unique_ptr<Batch> open_;
  std::deque<std::unique_ptr<Batch>> closed_;
};

}  // namespace serin::stream
