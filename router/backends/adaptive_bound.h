#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/time/time.h"

namespace serin::router {

// How many messages of one lane may be outstanding on one stream: 1 for a model of microseconds,
// where waiting for the reply collects more items a message and saves CPU; up to kMost for a slow
// model, whose server has parallelism to offer. The measure is the time an item takes of a reply,
// the least of the last kWindow to 2 kWindow replies, as a busy machine makes replies late but
// never early; each kStep of it allows one more message. Not thread-safe.
class AdaptiveBound {
 public:
  static constexpr int kMost = 8;
  static constexpr absl::Duration kStep = absl::Microseconds(500);
  static constexpr int kWindow = 16;

  void Observe(absl::Duration reply_time, size_t items);
  int value() const { return value_; }
  // The measure; infinite before the first reply.
  absl::Duration item_time() const { return absl::Seconds(std::min(former_least_, least_)); }

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  double former_least_ = kNone;
  double least_ = kNone;
  int replies_ = 0;
  int value_ = 1;
};

}  // namespace serin::router
