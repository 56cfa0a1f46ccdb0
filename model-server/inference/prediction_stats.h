#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/concurrency/thread_shard.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// What is counted about one model version. Writers touch their thread's shard only and take no
// lock, so counting costs nanoseconds however many threads predict. Thread-safe.
class PredictionStats {
 public:
  static constexpr size_t kLabels = 3;
  static constexpr size_t kCodes = 17;
  // Upper bounds of the inference time, included; a model of this kind answers in microseconds.
  static constexpr size_t kBuckets = 13;
  static constexpr std::array<int64_t, kBuckets> kBucketNanoseconds = {
      1'000,   2'000,   5'000,     10'000,    20'000,     50'000,     100'000,
      200'000, 500'000, 1'000'000, 5'000'000, 10'000'000, 100'000'000};

  // All of it added up. Counters read one by one while others write: each is right on its own.
  struct Totals {
    std::array<uint64_t, kLabels> predicted{};
    std::array<uint64_t, kCodes> refused{};
    std::array<uint64_t, kBuckets + 1> buckets{};  // not cumulative
    double inference_seconds = 0;
  };

  // What a thread adds up for itself first, as adding to what others add to costs more.
  class Counts {
   public:
    void Add(Label label, int64_t inference_nanoseconds) {
      ++predicted_[static_cast<size_t>(label)];
      // Nearly always among the first.
      size_t bucket = 0;
      while (bucket < kBuckets && inference_nanoseconds > kBucketNanoseconds[bucket]) ++bucket;
      ++buckets_[bucket];
      inference_nanoseconds_ += inference_nanoseconds;
    }

   private:
    friend class PredictionStats;
    std::array<uint32_t, kLabels> predicted_{};
    std::array<uint32_t, kBuckets + 1> buckets_{};
    int64_t inference_nanoseconds_ = 0;
  };

  void CountPredicted(const Counts& counts);

  // So many queries that got an error, whatever its cause.
  void CountRefused(absl::StatusCode code, uint64_t count = 1);

  Totals Read() const;

 private:
  struct alignas(64) Shard {
    std::array<std::atomic<uint64_t>, kLabels> predicted{};
    std::array<std::atomic<uint64_t>, kCodes> refused{};
    std::array<std::atomic<uint64_t>, kBuckets + 1> buckets{};
    std::atomic<int64_t> inference_nanoseconds{0};
  };

  std::array<Shard, kThreadShards> shards_;
};

}  // namespace serin::model_server
