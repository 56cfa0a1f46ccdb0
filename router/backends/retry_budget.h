#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>

#include "absl/time/time.h"

namespace serin::router {

// How many retries the model servers are to bear: one for every five requests, and kPerSecond
// whatever the traffic, so that retries never multiply an outage (as Finagle's RetryBudget). What
// is not used is kept, and fades with kMemory as its time constant: at a rate of r requests a
// second, about 2 r retries are at hand when an endpoint is lost with all it holds. Thread-safe and
// lock-free.
class RetryBudget {
 public:
  static constexpr int kPercent = 20;
  static constexpr int kPerSecond = 10;
  static constexpr absl::Duration kMemory = absl::Seconds(10);
  // At hand without any traffic: kPerSecond times kMemory.
  static constexpr int kReserve = 100;

  explicit RetryBudget(absl::Time now) : refreshed_at_(absl::ToUnixMillis(now)) {}

  void OnRequests(uint64_t count, absl::Time now) {
    Refresh(now);
    balance_.fetch_add(static_cast<int64_t>(count) * kRetry * kPercent / 100,
                       std::memory_order_relaxed);
  }

  // Whether one more retry may be made; it is then spent.
  bool Take(absl::Time now) {
    Refresh(now);
    if (balance_.fetch_sub(kRetry, std::memory_order_relaxed) >= kRetry) return true;
    balance_.fetch_add(kRetry, std::memory_order_relaxed);
    return false;
  }

 private:
  // The balance is kept in hundredths of a retry.
  static constexpr int64_t kRetry = 100;
  static constexpr int64_t kRefreshMillis = 100;

  void Refresh(absl::Time now) {
    const int64_t millis = absl::ToUnixMillis(now);
    int64_t before = refreshed_at_.load(std::memory_order_relaxed);
    if (millis - before < kRefreshMillis) return;
    if (!refreshed_at_.compare_exchange_strong(before, millis)) return;
    const double kept = std::exp(absl::FDivDuration(absl::Milliseconds(before - millis), kMemory));
    const int64_t surplus = balance_.load(std::memory_order_relaxed) - kReserve * kRetry;
    balance_.fetch_sub(static_cast<int64_t>(static_cast<double>(surplus) * (1 - kept)),
                       std::memory_order_relaxed);
  }

  std::atomic<int64_t> balance_{kReserve * kRetry};
  std::atomic<int64_t> refreshed_at_;
};

}  // namespace serin::router
