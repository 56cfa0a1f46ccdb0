#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace serin::stream {

struct BatchSizeBounds {
  size_t min_records = 16;
  size_t max_records = 512;
  // How long the scorer may take for a batch; zero: batches are always max_records.
  absl::Duration target = absl::ZeroDuration();
};

// How many records the next batch shall have, from how long the last ones took: a batch that took
// too long makes them smaller in proportion (at most by half), a full one that did not makes them
// an eighth larger. Begins with min_records. What an answer takes away counts from its own batch's
// size, so that many answers to batches of one time shrink them once. Not thread-safe.
class AdaptiveBatchSize {
 public:
  explicit AdaptiveBatchSize(BatchSizeBounds bounds);

  size_t records() const { return records_; }
  void OnScored(size_t records, absl::Duration took);

 private:
  const BatchSizeBounds bounds_;
  size_t records_;
};

}  // namespace serin::stream
