#include "stream-client/scoring/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace serin::stream {

bool RetryPolicy::IsRetriable(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kDeadlineExceeded;
}

bool RetryPolicy::IsMisconfigured(absl::StatusCode code) {
  return code == absl::StatusCode::kUnimplemented || code == absl::StatusCode::kUnauthenticated ||
         code == absl::StatusCode::kPermissionDenied;
}

absl::Duration RetryPolicy::Backoff(int failed_attempts, double random) const {
  const double factor = std::ldexp(1.0, std::min(failed_attempts - 1, 60));
  return std::min(initial_backoff * factor, max_backoff) * (0.8 + 0.4 * random);
}

}  // namespace serin::stream
