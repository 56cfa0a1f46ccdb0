#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/time/clock.h"
#include "router/revisions/revision_log.h"
#include "router/revisions/route.h"

namespace serin::router {

// A wanted change of weights; see serin.v1.SetWeightsRequest for limits and meaning.
struct WeightChange {
  std::string route;
  std::map<std::string, uint32_t> weights;
  uint64_t expected_revision = 0;
  std::string reason;
  std::string actor;
  bool dry_run = false;
  bool force = false;
};

// All routes and the only way to change their weights: validate, persist, publish.
//
// Revision 1 of a route is the config file's. A later runtime revision in the log wins over the
// config at start; a changed config takes effect as a new revision when the last one came from the
// config too. Thread-safe: readers never wait for a writer's disk, writers go one by one.
class RouteStore {
 public:
  // Whether a version of a route can answer now.
  using ReadyCheck = std::function<bool(const Route& route, size_t version)>;
  using Listener = std::function<void(const Route&)>;

  struct ChangeResult {
    Route* route;
    // In force after the change; with dry_run, as it would be.
    std::shared_ptr<const ActiveRevision> revision;
    double moved_share;
  };

  // Reads the log and appends what the config brings anew. `log` and `clock` must outlive the
  // store. Errors: the log's; DATA_LOSS when its revisions do not follow one another;
  // INVALID_ARGUMENT for weights of the config that are not valid.
  static absl::StatusOr<std::unique_ptr<RouteStore>> Create(std::vector<RouteSpec> specs,
                                                            RevisionLog& log, const Clock& clock);

  // In the order of the config; the first is the default route.
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

  // Empty: the default route. NOT_FOUND names the routes there are.
  absl::StatusOr<Route*> Find(std::string_view name) const;

  // Errors: see SetWeights in canary_admin.proto. When it returns OK, every later request is
  // assigned by the new revision.
  absl::StatusOr<ChangeResult> SetWeights(const WeightChange& change, const ReadyCheck& is_ready);

  // Newest first.
  std::vector<Revision> History(const Route& route, size_t limit) const;

  // 0: the one in force. NOT_FOUND when the route has no such revision.
  absl::StatusOr<std::shared_ptr<const ActiveRevision>> FindRevision(const Route& route,
                                                                     uint64_t number) const;

  // Called after each publication, in order, never twice at once. Listeners must not block.
  // Returns what Unsubscribe takes; after Unsubscribe returns the listener is not called again.
  uint64_t Subscribe(Listener listener);
  void Unsubscribe(uint64_t id);

 private:
  RouteStore(RevisionLog& log, const Clock& clock) : log_(log), clock_(clock) {}

  absl::Status AddRoute(RouteSpec spec, std::vector<Revision> history);
  absl::StatusOr<ChangeResult> Plan(Route& route, const WeightChange& change) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_);
  void Publish(Route& route, std::shared_ptr<const ActiveRevision> next);

  RevisionLog& log_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Route>> routes_;
  // Held over the disk write, so that revisions are persisted and published in one order.
  absl::Mutex writer_;
  mutable absl::Mutex history_mutex_ ABSL_ACQUIRED_AFTER(writer_);
  std::map<std::string, std::vector<Revision>> history_ ABSL_GUARDED_BY(history_mutex_);
  absl::Mutex listeners_mutex_ ABSL_ACQUIRED_AFTER(writer_);
  std::map<uint64_t, Listener> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
  uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

// The weights of the config file, told when they mean another split than the running ones; empty
// otherwise.
std::string DriftSummary(const Route& route, const ActiveRevision& running);

}  // namespace serin::router
