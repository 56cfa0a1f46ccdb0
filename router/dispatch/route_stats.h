#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "router/backends/int_histogram.h"
#include "router/traffic/assignment.h"

namespace serin::router {

inline constexpr int kStatusCodes = 17;

// What is counted about one version of a route; requests count for the version they were assigned
// to, whoever answered. Thread-safe, lock-free.
struct VersionStats {
  VersionStats();

  std::atomic<uint64_t>& requests(AssignmentKind kind, absl::StatusCode code) {
    return requests_[static_cast<size_t>(kind)][static_cast<size_t>(code)];
  }

  // Seconds in the router, in nanoseconds here.
  IntHistogram duration;
  // Items a message to this version's endpoints.
  IntHistogram batch_items;
  // Assigned here, answered by the stable version: after a failure, or for want of an endpoint.
  std::atomic<uint64_t> fallbacks{0};

 private:
  std::array<std::array<std::atomic<uint64_t>, kStatusCodes>, kAssignmentKinds> requests_{};
};

struct RouteStats {
  RouteStats();

  // From a request's arrival to its leaving in a message, in nanoseconds.
  IntHistogram overhead;
};

}  // namespace serin::router
