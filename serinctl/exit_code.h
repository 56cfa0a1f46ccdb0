#pragma once

#include "absl/status/status.h"

namespace serin::serinctl {

// What the process ends with; scripts rely on it, see docs/operations.md.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
// The route is not as expected: a stale revision, a version without a ready endpoint.
inline constexpr int kExitConflict = 2;
// Nobody answered, or the router cannot persist the change.
inline constexpr int kExitUnavailable = 3;
// The token or certificate does not do.
inline constexpr int kExitDenied = 4;
inline constexpr int kExitNotFound = 5;
// A dangerous change that nobody confirmed.
inline constexpr int kExitNotConfirmed = 6;
inline constexpr int kExitUsage = 64;

inline int ExitCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
      return kExitConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnavailable;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kExitDenied;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    default:
      return kExitFailed;
  }
}

}  // namespace serin::serinctl
