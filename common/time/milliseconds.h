#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace serin {

// Whole milliseconds as C interfaces take them (poll, librdkafka, gRPC's arguments). What is longer
// than an int can say, as a duration without an end, becomes the longest that it can.
inline int ToMilliseconds(absl::Duration duration) {
  using Limits = std::numeric_limits<int>;
  return static_cast<int>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(duration), Limits::min(), Limits::max()));
}

}  // namespace serin
