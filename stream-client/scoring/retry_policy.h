#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace serin::stream {

// When a failed attempt is worth another one, and how long to wait before it.
struct RetryPolicy {
  int max_attempts = 8;
  absl::Duration initial_backoff = absl::Milliseconds(250);
  absl::Duration max_backoff = absl::Seconds(8);

  // Whether an item that failed with `code` may succeed later: UNAVAILABLE, RESOURCE_EXHAUSTED and
  // DEADLINE_EXCEEDED.
  static bool IsRetriable(absl::StatusCode code);

  // Whether `code` says that the peer will never serve us, whatever we send: UNIMPLEMENTED,
  // UNAUTHENTICATED and PERMISSION_DENIED.
  static bool IsMisconfigured(absl::StatusCode code);

  // The pause after the n-th failed attempt, n from 1: doubles from initial_backoff up to
  // max_backoff, times a factor in [0.8, 1.2) that `random` in [0, 1) picks, so that many clients
  // do not come back at once.
  absl::Duration Backoff(int failed_attempts, double random) const;
};

}  // namespace serin::stream
