#pragma once

#include "absl/time/time.h"

namespace serin::testing {

// When a test begins whose code is told the time.
inline const absl::Time kStart = absl::FromUnixSeconds(1000);

}  // namespace serin::testing
