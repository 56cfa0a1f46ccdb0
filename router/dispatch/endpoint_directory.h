#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "router/backends/endpoint_pool.h"
#include "router/dispatch/resolver.h"
#include "router/dispatch/route_backends.h"
#include "router/revisions/version_spec.h"

namespace serin::router {

// Makes an endpoint at "host:port" of a version of a route; `host` is what the config calls it.
// Null when that cannot be done: the version does without it.
using EndpointFactory = std::function<std::shared_ptr<Upstream>(
    const std::string& address, const std::string& host, const std::string& route,
    const VersionSpec& spec, VersionStats& stats)>;

// How a name of a version's endpoints (dns:///host:port) was resolved last.
struct NameState {
  std::string route;
  std::string version;
  std::string target;
  // Those in use: the last good ones when the name cannot be resolved now.
  size_t addresses;
  // OK; or why it cannot be resolved.
  absl::Status status;
};

// Keeps the endpoints of every version of every route as its definition says: makes those that
// come, leaves those that stay, hands those that go to the pool to drain. Names are resolved when
// they come, every `refresh`, and kRetry after the last time while one of their endpoints is not
// ready or they cannot be resolved; a name that is gone keeps its last good addresses. Thread-safe.
class EndpointDirectory {
 public:
  static constexpr absl::Duration kRetry = absl::Seconds(1);

  // All references must outlive the directory.
  EndpointDirectory(EndpointPool& pool, Resolver& resolver, const Clock& clock,
                    EndpointFactory make, absl::Duration refresh)
      : pool_(pool),
        resolver_(resolver),
        clock_(clock),
        make_(std::move(make)),
        refresh_(refresh) {}

  // The route goes to `revision`: its view has it only when the endpoints of its versions are
  // there, and endpoints go only when no view has them.
  void Follow(RouteBackends& backends, const std::shared_ptr<const ActiveRevision>& revision);

  // Resolves the names that are due. Blocks as long as the resolver does. From one thread.
  void ResolveDue();

  std::vector<NameState> Names() const;

 private:
  struct Target {
    std::string text;
    EndpointTarget parsed;
    std::vector<std::string> addresses;
    absl::Status status;
    absl::Time asked_at = absl::InfinitePast();
  };
  struct Version {
    RouteBackends* backends;
    VersionSpec spec;
    std::vector<Target> targets;
    // By address.
    std::map<std::string, std::shared_ptr<Upstream>> endpoints;
  };
  // Route and version.
  using Key = std::pair<std::string, std::string>;

  void Define(RouteBackends& backends, const std::string& name, const VersionSpec& spec)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Rebuild(const std::string& name, Version& version) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsDue(const Version& version, const Target& target) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::pair<Key, EndpointTarget>> TakeDue();
  void Answer(const Key& key, const EndpointTarget& asked,
              const absl::StatusOr<std::vector<std::string>>& found);

  EndpointPool& pool_;
  Resolver& resolver_;
  const Clock& clock_;
  const EndpointFactory make_;
  const absl::Duration refresh_;

  mutable absl::Mutex mutex_;
  std::map<Key, Version> versions_ ABSL_GUARDED_BY(mutex_);
  // By route: the versions last followed, to see at once that nothing has changed.
  std::map<std::string, std::shared_ptr<const VersionSet>> followed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace serin::router
