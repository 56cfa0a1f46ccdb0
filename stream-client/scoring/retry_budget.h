#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace serin::stream {

// How many items that the scorer refused for now it is asked about again. Each one costs one, which
// comes back if it succeeds; each success of any kind adds a fifth, and kPerSecond come by
// themselves. While it is spent, retries wait: so an outage behind a router that answers is met
// with a trickle instead of all there is in flight, and lasts long before attempts run out. Nothing
// fails for want of it. (gRPC's retryThrottling and Finagle's RetryBudget give up there, which a
// pipeline must not.) Not thread-safe.
class RetryBudget {
 public:
  static constexpr double kPerSecond = 100;
  static constexpr double kPerSuccess = 0.2;
  // At most at hand, and at most missing.
  static constexpr double kMost = 5000;

  void OnRetry(size_t items, absl::Time now) { Add(-static_cast<double>(items), now); }
  // `retries`: those of them that were retries of refused ones.
  void OnSuccess(size_t items, size_t retries, absl::Time now) {
    Add(static_cast<double>(retries) + kPerSuccess * static_cast<double>(items), now);
  }

  // Whether a retry, of any size, may be made now.
  bool Allows(absl::Time now) const { return At(now) > 0; }

 private:
  double At(absl::Time now) const {
    const double elapsed = absl::ToDoubleSeconds(std::max(now - at_, absl::ZeroDuration()));
    return std::min(balance_ + kPerSecond * elapsed, kMost);
  }
  void Add(double items, absl::Time now) {
    balance_ = std::clamp(At(now) + items, -kMost, kMost);
    at_ = std::max(at_, now);
  }

  double balance_ = kMost;
  absl::Time at_ = absl::UnixEpoch();
};

}  // namespace serin::stream
