#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

// IsOk() and StatusIs(code, message matcher) for absl::Status and absl::StatusOr; Debian's Abseil
// has no status_matchers.h.
namespace serin::testing {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  (void)result_listener;
  return GetStatus(arg).ok();
}

MATCHER_P2(StatusIs, code, message, "has code " + absl::StatusCodeToString(code)) {
  const absl::Status& status = GetStatus(arg);
  (void)result_listener;
  return status.code() == code && ::testing::Matches(message)(std::string(status.message()));
}

}  // namespace serin::testing
