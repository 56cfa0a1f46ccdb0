#include "model-server/inference/prediction_stats.h"

#include <algorithm>

namespace serin::model_server {
namespace {

using Counter = std::atomic<uint64_t>;

template <size_t N>
void AddTo(std::array<Counter, N>& shard, const std::array<uint32_t, N>& counts) {
  for (size_t i = 0; i < N; ++i) {
    if (counts[i] != 0) shard[i].fetch_add(counts[i], std::memory_order_relaxed);
  }
}

template <size_t N>
void AddTo(std::array<uint64_t, N>& totals, const std::array<Counter, N>& shard) {
  for (size_t i = 0; i < N; ++i) totals[i] += shard[i].load(std::memory_order_relaxed);
}

}  // namespace

void PredictionStats::CountPredicted(const Counts& counts) {
  Shard& shard = shards_[ThreadShard()];
  AddTo(shard.predicted, counts.predicted_);
  AddTo(shard.buckets, counts.buckets_);
  shard.inference_nanoseconds.fetch_add(counts.inference_nanoseconds_, std::memory_order_relaxed);
}

void PredictionStats::CountRefused(absl::StatusCode code, uint64_t count) {
  const auto index = std::min(static_cast<size_t>(code), kCodes - 1);
  shards_[ThreadShard()].refused[index].fetch_add(count, std::memory_order_relaxed);
}

PredictionStats::Totals PredictionStats::Read() const {
  Totals totals;
  for (const Shard& shard : shards_) {
    AddTo(totals.predicted, shard.predicted);
    AddTo(totals.refused, shard.refused);
    AddTo(totals.buckets, shard.buckets);
    totals.inference_seconds +=
        static_cast<double>(shard.inference_nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
  }
  return totals;
}

}  // namespace serin::model_server
