#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "router/revisions/change_plan.h"
#include "router/revisions/revision.h"
#include "router/revisions/route.h"

namespace serin::router {

// A wanted change of one version of a route; see serin.v1.CanaryAdmin for limits and meaning.
struct VersionChange {
  enum class Kind { kAdd, kRemove, kSetState };

  // Route, expected revision, reason, actor, dry run.
  WeightChange note;
  Kind kind;
  std::string version;
  // For kAdd.
  VersionSpec spec;
  bool replace = false;
  // For kSetState: active or drained.
  VersionState state = VersionState::kActive;
};

// INVALID_ARGUMENT lists every fault of the change at once.
absl::Status CheckVersionChange(const VersionChange& change);

// The same weights for the changed versions; no key moves. `comes_back`: the revision whose weights
// come back when the current one's ttl runs out, or null. Errors: NOT_FOUND for an unknown version,
// ALREADY_EXISTS for one that is there and is not to be replaced, FAILED_PRECONDITION with all that
// stands against taking a version out of service: it is the stable one, it has weight, or is to get
// it back.
absl::StatusOr<Target> TargetOfVersionChange(const RouteSpec& config, const ActiveRevision& current,
                                             const VersionChange& change,
                                             const Revision* comes_back);

}  // namespace serin::router
