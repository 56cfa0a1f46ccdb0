#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "router/revisions/revision.h"
#include "router/revisions/route.h"
#include "router/traffic/slot_table.h"

namespace serin::router {

// A wanted change of a route; see serin.v1.SetWeightsRequest for limits and meaning.
struct WeightChange {
  std::string route;
  // Not for a rollback or a reset, which know them.
  std::map<std::string, uint32_t> weights;
  uint64_t expected_revision = 0;
  std::string reason;
  std::string actor;
  // The caller's address.
  std::string peer;
  bool dry_run = false;
  bool force = false;
  std::optional<absl::Duration> ttl;
};

// What a revision is to say.
struct Target {
  std::map<std::string, uint32_t> weights;
  SlotTable table;
  RevisionSource source;
  std::shared_ptr<const VersionSet> versions;
  // What becomes of the versions, for people.
  std::string change;
  // The end that a ttl gave the current revision stays.
  bool keeps_end = false;
};

// Keys that go from one version to another.
struct SlotMove {
  std::string from;
  std::string to;
  uint32_t slots;
};

// INVALID_ARGUMENT lists every fault of the change at once: weights (unless it is a rollback or a
// reset), reason, actor, ttl.
absl::Status CheckChange(const VersionSet& versions, const WeightChange& change);
absl::Status CheckNote(const WeightChange& change);

// The wanted weights with the fewest keys moved. `former`: the revision before the current one, or
// null; going back to its weights gives every key its old version.
absl::StatusOr<Target> TargetOfWeights(const ActiveRevision& current, const Revision* former,
                                       const std::map<std::string, uint32_t>& weights);

// What `past` said, key for key. FAILED_PRECONDITION when it names a version that is gone.
absl::StatusOr<Target> TargetOfRevision(const ActiveRevision& current, const Revision& past);

// The weights of the config file and its versions, whatever was said of them at runtime.
absl::StatusOr<Target> TargetOfConfig(const RouteSpec& config, const ActiveRevision& current,
                                      const std::map<std::string, uint32_t>& weights);

// FAILED_PRECONDITION names every version that would get weight and is drained or, without `force`,
// has no ready endpoint.
absl::Status CheckMayServe(const Target& target, bool force,
                           absl::FunctionRef<bool(std::string_view)> is_ready);

// What moves between two revisions of a route, by name of the versions.
std::vector<SlotMove> MovesBetween(const ActiveRevision& before, const ActiveRevision& after);

// The next revision of the route. `now` may lie before the current revision's time (the clock was
// set back); times never go backwards in the log.
Revision NextRevision(const ActiveRevision& current, const WeightChange& change,
                      const Target& target, absl::Time now);

}  // namespace serin::router
