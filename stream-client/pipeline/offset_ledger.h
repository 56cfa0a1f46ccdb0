#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "stream-client/pipeline/batch.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

// Says how far each partition may be committed while batches finish in any order: up to the first
// record that is not finished, never past it. Every assignment of a partition starts a new epoch;
// what was read under an earlier one counts for nothing when it finishes, since another consumer
// may have read on from the committed offset meanwhile. Not thread-safe.
class OffsetLedger {
 public:
  // Starts a new epoch for the partition.
  void Assign(const TopicPartition& partition);
  // Ends it.
  void Revoke(const TopicPartition& partition);

  // Enters a batch that is about to be sent and fills its slices. Batches must be opened in the
  // order their records were read in. Records of partitions that are not assigned are dropped.
  void Open(Batch& batch);

  // Takes out of the batch what was read under an assignment that has ended.
  void DropRevoked(Batch& batch) const;

  // Whether records of these partitions are entered and not finished.
  bool HasOpen(const std::vector<TopicPartition>& partitions) const;

  // Every record of the batch is finished.
  void Complete(const Batch& batch);

  // Partitions whose watermark rose since the last call.
  std::vector<PartitionOffset> TakeAdvanced();

  // The watermark of each of these partitions that has one.
  std::vector<PartitionOffset> Watermarks(const std::vector<TopicPartition>& partitions) const;
  // The same of all that are assigned.
  std::vector<PartitionOffset> Watermarks() const;
  // Of each that is assigned the watermark, or the first offset entered, or -1 when there is none.
  std::vector<PartitionOffset> Positions() const;

 private:
  static constexpr int64_t kNone = -1;

  struct Segment {
    uint64_t batch_id;
    int64_t next_offset;
    bool done;
  };
  struct Progress {
    uint64_t epoch = 0;
    int64_t first = kNone;
    int64_t watermark = kNone;
    bool advanced = false;
    std::deque<Segment> open;
  };

  // The batch's slice of the record's partition, made when it is missing; null when the partition
  // is not assigned.
  PartitionSlice* SliceOf(Batch& batch, const Record& record) const;
  void Finish(Progress& progress, uint64_t batch_id);

  uint64_t last_epoch_ = 0;
  std::map<TopicPartition, Progress> partitions_;
};

}  // namespace serin::stream
