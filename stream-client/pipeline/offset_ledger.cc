#include "stream-client/pipeline/offset_ledger.h"

#include <algorithm>

namespace serin::stream {

void OffsetLedger::Assign(const TopicPartition& partition) {
  partitions_[partition] = Progress{.epoch = ++last_epoch_, .open = {}};
}

void OffsetLedger::Revoke(const TopicPartition& partition) { partitions_.erase(partition); }

void OffsetLedger::Open(Batch& batch) {
  PartitionSlice* slice = nullptr;
  std::erase_if(batch.items, [&](const BatchItem& item) {
    const Record& record = item.record;
    if (slice == nullptr || slice->partition.partition != record.partition ||
        slice->partition.topic != record.topic) {
      slice = SliceOf(batch, record);
    }
    if (slice != nullptr) slice->next_offset = record.offset + 1;
    return slice == nullptr;
  });
  for (const PartitionSlice& entered : batch.slices) {
    Progress& progress = partitions_[entered.partition];
    if (progress.first == kNone) progress.first = entered.first_offset;
    progress.open.push_back({batch.id, entered.next_offset, false});
  }
}

PartitionSlice* OffsetLedger::SliceOf(Batch& batch, const Record& record) const {
  for (PartitionSlice& slice : batch.slices) {
    if (slice.partition.partition == record.partition && slice.partition.topic == record.topic) {
      return &slice;
    }
  }
  const TopicPartition partition{std::string(record.topic), record.partition};
  auto assigned = partitions_.find(partition);
  if (assigned == partitions_.end()) return nullptr;
  return &batch.slices.emplace_back(
      PartitionSlice{partition, assigned->second.epoch, record.offset, record.offset});
}

void OffsetLedger::DropRevoked(Batch& batch) const {
  std::vector<TopicPartition> revoked;
  for (const PartitionSlice& slice : batch.slices) {
    auto it = partitions_.find(slice.partition);
    if (it == partitions_.end() || it->second.epoch != slice.epoch) {
      revoked.push_back(slice.partition);
    }
  }
  for (const TopicPartition& partition : revoked) batch.Drop(partition);
}

bool OffsetLedger::HasOpen(const std::vector<TopicPartition>& partitions) const {
  return std::any_of(partitions.begin(), partitions.end(), [&](const TopicPartition& partition) {
    auto it = partitions_.find(partition);
    return it != partitions_.end() && !it->second.open.empty();
  });
}

void OffsetLedger::Complete(const Batch& batch) {
  for (const PartitionSlice& slice : batch.slices) {
    auto it = partitions_.find(slice.partition);
    if (it != partitions_.end() && it->second.epoch == slice.epoch) Finish(it->second, batch.id);
  }
}

void OffsetLedger::Finish(Progress& progress, uint64_t batch_id) {
  for (Segment& segment : progress.open) {
    if (segment.batch_id == batch_id) segment.done = true;
  }
  while (!progress.open.empty() && progress.open.front().done) {
    progress.watermark = progress.open.front().next_offset;
    progress.advanced = true;
    progress.open.pop_front();
  }
}

std::vector<PartitionOffset> OffsetLedger::TakeAdvanced() {
  std::vector<PartitionOffset> advanced;
  for (auto& [partition, progress] : partitions_) {
    if (!progress.advanced) continue;
    progress.advanced = false;
    advanced.push_back({partition, progress.watermark});
  }
  return advanced;
}

std::vector<PartitionOffset> OffsetLedger::Watermarks(
    const std::vector<TopicPartition>& partitions) const {
  std::vector<PartitionOffset> offsets;
  for (const TopicPartition& partition : partitions) {
    auto it = partitions_.find(partition);
    if (it != partitions_.end() && it->second.watermark != kNone) {
      offsets.push_back({partition, it->second.watermark});
    }
  }
  return offsets;
}

std::vector<PartitionOffset> OffsetLedger::Positions() const {
  std::vector<PartitionOffset> positions;
  for (const auto& [partition, progress] : partitions_) {
    positions.push_back(
        {partition, progress.watermark == kNone ? progress.first : progress.watermark});
  }
  return positions;
}

std::vector<PartitionOffset> OffsetLedger::Watermarks() const {
  std::vector<TopicPartition> all;
  for (const auto& [partition, progress] : partitions_) all.push_back(partition);
  return Watermarks(all);
}

}  // namespace serin::stream
