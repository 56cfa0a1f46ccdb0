#include "model-server/inference/prediction_stats.h"

#include <algorithm>

namespace serin::model_server {
namespace {

void Increment(std::atomic<uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

template <size_t N>
void AddTo(std::array<uint64_t, N>& totals, const std::array<std::atomic<uint64_t>, N>& shard) {
  for (size_t i = 0; i < N; ++i) totals[i] += shard[i].load(std::memory_order_relaxed);
}

}  // namespace

void PredictionStats::CountPredicted(Label label, absl::Duration inference) {
  Shard& shard = shards_[ThreadShard()];
  Increment(shard.predicted[static_cast<size_t>(label)]);
  const double seconds = absl::ToDoubleSeconds(inference);
  const auto bucket = std::lower_bound(kBucketSeconds.begin(), kBucketSeconds.end(), seconds) -
                      kBucketSeconds.begin();
  Increment(shard.buckets[static_cast<size_t>(bucket)]);
  shard.inference_nanoseconds.fetch_add(absl::ToInt64Nanoseconds(inference),
                                        std::memory_order_relaxed);
}

void PredictionStats::CountRefused(absl::StatusCode code) {
  const auto index = std::min(static_cast<size_t>(code), kCodes - 1);
  Increment(shards_[ThreadShard()].refused[index]);
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
