#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace serin {

// Where code reads the time, so that a test can hold and move it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class RealClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace serin
