#pragma once

#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace serin {

// Where code reads the time, so that a test can hold and move it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The same in nanoseconds since 1970, for code that reads it for every text: without
  // the arithmetic of absl::Time.
  virtual int64_t UnixNanos() const { return absl::ToUnixNanos(Now()); }
};

class RealClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  int64_t UnixNanos() const override { return absl::GetCurrentTimeNanos(); }
};

}  // namespace serin
