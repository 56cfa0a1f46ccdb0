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
  static constexpr std::array<double, 13> kBucketSeconds = {
      1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 1e-2, 1e-1};

  // All of it added up. Counters read one by one while others write: each is right on its own.
  struct Totals {
    std::array<uint64_t, kLabels> predicted{};
    std::array<uint64_t, kCodes> refused{};
    std::array<uint64_t, kBucketSeconds.size() + 1> buckets{};  // not cumulative
    double inference_seconds = 0;
  };

  void CountPredicted(Label label, absl::Duration inference);

  // A query that got an error, whatever its cause.
  void CountRefused(absl::StatusCode code);

  Totals Read() const;

 private:
  struct alignas(64) Shard {
    std::array<std::atomic<uint64_t>, kLabels> predicted{};
    std::array<std::atomic<uint64_t>, kCodes> refused{};
    std::array<std::atomic<uint64_t>, kBucketSeconds.size() + 1> buckets{};
    std::atomic<int64_t> inference_nanoseconds{0};
  };

  std::array<Shard, kThreadShards> shards_;
};

}  // namespace serin::model_server
