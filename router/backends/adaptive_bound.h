#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace serin::router {

// How many messages of one lane may be outstanding on one stream: 1 for a model of microseconds,
// where waiting for the reply collects more items a message and saves CPU; up to kMost for a slow
// model, whose server has parallelism to offer. The measure is the time an item takes of a reply
// (both smoothed exponentially, 1/8 a reply): each kStep of it allows one more message.
// Not thread-safe.
class AdaptiveBound {
 public:
  static constexpr int kMost = 8;
  static constexpr absl::Duration kStep = absl::Microseconds(500);

  void Observe(absl::Duration reply_time, size_t items);
  int value() const { return value_; }

 private:
  double reply_seconds_ = 0;
  double items_ = 0;
  int value_ = 1;
};

}  // namespace serin::router
