#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace serin::router {

// Waits between attempts to reconnect: doubling from kFirst to kMost, each spread over its upper
// half so that many clients do not come back at once. Not thread-safe.
class Backoff {
 public:
  static constexpr absl::Duration kFirst = absl::Milliseconds(50);
  static constexpr absl::Duration kMost = absl::Seconds(1);

  // The next wait; `random` is uniform over all 64-bit values.
  absl::Duration Next(uint64_t random) {
    const absl::Duration wait = next_;
    next_ = next_ * 2 > kMost ? kMost : next_ * 2;
    const double spread = static_cast<double>(random >> 11) / static_cast<double>(1ULL << 53);
    return wait * (0.5 + 0.5 * spread);
  }
  // After a success.
  void Reset() { next_ = kFirst; }

 private:
  absl::Duration next_ = kFirst;
};

}  // namespace serin::router
