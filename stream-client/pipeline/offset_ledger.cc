#include "stream-client/pipeline/offset_ledger.h"

#include <algorithm>

namespace serin::stream {

void OffsetLedger::Assign(const TopicPartition& partition) {
  partitions_[partition] = Progress{.epoch = ++last_epoch_, .open = {}};
}

void OffsetLedger::Revoke(const TopicPartition& partition) { partitions_.erase(partition); }

void OffsetLedger::Open(Batch& batch) {
  auto current = partitions_.end();
  for (const BatchItem& item : batch.items) {
    const Record& record = item.record;
    if (current == partitions_.end() || current->first.partition != record.partition ||
        current->first.topic != record.topic) {
      current = partitions_.find(TopicPartition{std::string(record.topic), record.partition});
      if (current == partitions_.end()) continue;
    }
    std::deque<Segment>& open = current->second.open;
    if (!open.empty() && open.back().batch_id == batch.id) {
      open.back().next_offset = record.offset + 1;
    } else {
      open.push_back({batch.id, record.offset + 1, false});
      batch.slices.push_back({current->first, current->second.epoch});
    }
  }
}

bool OffsetLedger::Owns(const Batch& batch) const {
  return std::any_of(batch.slices.begin(), batch.slices.end(), [&](const PartitionSlice& slice) {
    auto it = partitions_.find(slice.partition);
    return it != partitions_.end() && it->second.epoch == slice.epoch;
  });
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

std::vector<PartitionOffset> OffsetLedger::Watermarks() const {
  std::vector<TopicPartition> all;
  for (const auto& [partition, progress] : partitions_) all.push_back(partition);
  return Watermarks(all);
}

}  // namespace serin::stream
