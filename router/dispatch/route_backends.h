#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/concurrency/snapshot.h"
#include "router/backends/retry_budget.h"
#include "router/backends/upstream.h"
#include "router/dispatch/route_stats.h"
#include "router/revisions/route.h"

namespace serin::router {

// A version: what is counted about it, and the endpoints that serve it.
struct VersionBackends {
  std::shared_ptr<VersionStats> stats = std::make_shared<VersionStats>();
  std::shared_ptr<const Upstreams> endpoints = std::make_shared<const Upstreams>();

  bool HasReadyEndpoint() const;
};

// What one call sees of a route from its beginning to its end: one revision, and the endpoints of
// each of its versions, in their order. Keeping it keeps the endpoints. Immutable.
struct RouteView {
  std::shared_ptr<const ActiveRevision> revision;
  std::vector<VersionBackends> versions;
};

// A route with the endpoints of each of its versions. Both change while calls run: a view is
// replaced as a whole, and a call keeps the one it began with. Thread-safe.
class RouteBackends {
 public:
  // Starts with the revision in force and no endpoints. `route` must outlive the object.
  RouteBackends(Route& route, absl::Time now);

  Route& route() const { return route_; }
  std::shared_ptr<const RouteView> view() const { return view_.Get(); }

  // A revision has been published. An older one than that of the view is passed over.
  void Follow(std::shared_ptr<const ActiveRevision> revision);

  // The endpoints of a version from now on; the version may be still to come, or gone.
  void SetEndpoints(const std::string& version, Upstreams endpoints);

  // What is known of the version, whether the revision in force has it or not. Counts last for the
  // life of the process, also those of a version that goes and comes back.
  VersionBackends Version(const std::string& name) const;

  bool HasReadyEndpoint(const std::string& version) const {
    return Version(version).HasReadyEndpoint();
  }

  RouteStats stats;
  // For tries on another endpoint of the same version.
  RetryBudget retry_budget;

 private:
  void Rebuild(std::shared_ptr<const ActiveRevision> revision)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Route& route_;
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, VersionBackends> versions_ ABSL_GUARDED_BY(mutex_);
  // Written under mutex_.
  Snapshot<RouteView> view_;
};

using RouteBackendsList = std::vector<std::unique_ptr<RouteBackends>>;

// The route of this model name; the first one for an empty name. Error: NOT_FOUND that names those
// there are.
absl::StatusOr<RouteBackends*> FindRoute(const RouteBackendsList& routes, std::string_view model);

// The version a request pins itself to. Errors: NOT_FOUND that names those there are,
// FAILED_PRECONDITION when it is drained.
absl::StatusOr<uint16_t> FindVersion(const ActiveRevision& revision, std::string_view name);

}  // namespace serin::router
