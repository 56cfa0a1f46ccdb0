#include "stream-client/pipeline/write_order.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"

namespace serin::stream {
namespace {

void SortUnique(std::vector<uint64_t>& lanes) {
  std::sort(lanes.begin(), lanes.end());
  lanes.erase(std::unique(lanes.begin(), lanes.end()), lanes.end());
}

}  // namespace

std::vector<uint64_t> WriteOrder::LanesOf(const Batch& batch) const {
  std::vector<uint64_t> lanes;
  if (order_ == Order::kPartition) {
    for (const PartitionSlice& slice : batch.slices) {
      lanes.push_back(absl::HashOf(slice.partition.topic, slice.partition.partition));
    }
  } else if (order_ == Order::kKey) {
    for (const BatchItem& item : batch.items) {
      if (item.record.key.has_value()) lanes.push_back(absl::HashOf(*item.record.key));
    }
  }
  SortUnique(lanes);
  return lanes;
}

void WriteOrder::Open(const Batch& batch) { entries_[batch.id].lanes = LanesOf(batch); }

void WriteOrder::Hold(std::unique_ptr<Batch> batch) {
  ++held_;
  const uint64_t id = batch->id;
  entries_[id].batch = std::move(batch);
}

std::unique_ptr<Batch> WriteOrder::TakeReady() {
  if (held_ == 0) return nullptr;
  absl::flat_hash_set<uint64_t> taken;  // lanes of earlier batches
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    Entry& entry = it->second;
    const bool free = std::none_of(entry.lanes.begin(), entry.lanes.end(),
                                   [&](uint64_t lane) { return taken.contains(lane); });
    if (free && entry.batch != nullptr) {
      std::unique_ptr<Batch> batch = std::move(entry.batch);
      entries_.erase(it);
      --held_;
      return batch;
    }
    taken.insert(entry.lanes.begin(), entry.lanes.end());
  }
  return nullptr;
}

}  // namespace serin::stream
