#pragma once

#include "absl/time/time.h"

namespace serin::stream {

// Decides whether the source is read, from whether there is room for more. A short stall only
// stops the reading, because pausing throws away what the consumer has prefetched; a stall longer
// than `patience` pauses the partitions, so that the consumer can be polled (and stays in its
// group) for as long as the stall lasts. Not thread-safe.
class Backpressure {
 public:
  enum class Reading {
    kOn,      // read
    kHeld,    // do not poll the source now
    kPaused,  // pause the source and poll it
  };

  explicit Backpressure(absl::Duration patience = absl::Milliseconds(200)) : patience_(patience) {}

  Reading Decide(bool room, absl::Time now) {
    if (room) {
      stalled_since_ = absl::InfiniteFuture();
      return Reading::kOn;
    }
    if (stalled_since_ == absl::InfiniteFuture()) stalled_since_ = now;
    return now - stalled_since_ < patience_ ? Reading::kHeld : Reading::kPaused;
  }

 private:
  const absl::Duration patience_;
  absl::Time stalled_since_ = absl::InfiniteFuture();
};

}  // namespace serin::stream
