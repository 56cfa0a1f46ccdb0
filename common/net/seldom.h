#pragma once

#include <cstdint>
#include <utility>

#include "absl/time/time.h"

namespace serin {

// Keeps an event that may come thousands of times a second down to a line of the log a minute.
class Seldom {
 public:
  static constexpr absl::Duration kPause = absl::Minutes(1);

  // Counts an event. How many there were since the last answer other than 0; 0: say nothing yet.
  uint64_t Count(absl::Time now) {
    ++unsaid_;
    if (now < next_) return 0;
    next_ = now + kPause;
    return std::exchange(unsaid_, 0);
  }

 private:
  absl::Time next_ = absl::InfinitePast();
  uint64_t unsaid_ = 0;
};

}  // namespace serin
