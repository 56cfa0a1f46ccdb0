#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace serin::router {

// What RouterLimitsConfig says of calls.
struct PredictorLimits {
  size_t max_batch_items = 100'000;
  absl::Duration default_timeout = absl::Seconds(30);
};

}  // namespace serin::router
