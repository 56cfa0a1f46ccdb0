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
#include "router/revisions/change_plan.h"
#include "router/revisions/revision_log.h"
#include "router/revisions/route.h"
#include "router/revisions/version_plan.h"

namespace serin::router {

// All routes and the only way to change their weights: validate, persist, publish.
//
// Revision 1 of a route is the config file's. A later runtime revision in the log wins over the
// config at start; a changed config takes effect as a new revision when the last one came from the
// config too. What other routers put into a shared log is published here as well. Thread-safe:
// readers never wait for a writer's disk, writers go one by one.
class RouteStore {
 public:
  // Whether a version of a route can answer now.
  using ReadyCheck = std::function<bool(const Route& route, std::string_view version)>;
  using Listener =
      std::function<void(const Route&, const std::shared_ptr<const ActiveRevision>& published)>;

  struct ChangeResult {
    Route* route;
    // In force after the change; with dry_run, as it would be.
    std::shared_ptr<const ActiveRevision> revision;
    // What was in force before.
    std::shared_ptr<const ActiveRevision> base;
    std::vector<SlotMove> moves;
  };

  // Reads the log and appends what the config brings anew. `log` and `clock` must outlive the
  // store. Errors: the log's; DATA_LOSS when its revisions do not follow one another;
  // INVALID_ARGUMENT for weights of the config that are not valid.
  static absl::StatusOr<std::unique_ptr<RouteStore>> Create(std::vector<RouteSpec> specs,
                                                            RevisionLog& log, const Clock& clock);
  ~RouteStore();

  // In the order of the config; the first is the default route.
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

  // Empty: the default route. NOT_FOUND names the routes there are.
  absl::StatusOr<Route*> Find(std::string_view name) const;

  // Errors: see canary_admin.proto. When one returns OK, every later request is assigned by the new
  // revision. A rollback to revision 0 goes to the one before the current one.
  absl::StatusOr<ChangeResult> SetWeights(const WeightChange& change, const ReadyCheck& is_ready);
  absl::StatusOr<ChangeResult> Rollback(const WeightChange& change, uint64_t revision,
                                        const ReadyCheck& is_ready);
  absl::StatusOr<ChangeResult> Reset(const WeightChange& change, const ReadyCheck& is_ready);

  absl::StatusOr<ChangeResult> ChangeVersion(const VersionChange& change);

  // Brings back the former weights of every route whose revision's ttl has run out. The first
  // error; it is tried again with the next call.
  absl::Status RevertExpired();

  // The config file has other weights for the route now. They become a new revision when the one in
  // force came from the config too (true), else they are drift (false). Errors: as SetWeights.
  absl::StatusOr<bool> ChangeBase(Route& route, std::map<std::string, uint32_t> weights);

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
  using MakeTarget = std::function<absl::StatusOr<Target>(const ActiveRevision& current)>;

  RouteStore(RevisionLog& log, const Clock& clock) : log_(log), clock_(clock) {}

  absl::Status AddRoute(RouteSpec spec, std::vector<Revision> history);
  absl::StatusOr<ChangeResult> Change(Route& route, const WeightChange& change,
                                      const ReadyCheck& is_ready, const MakeTarget& make_target);
  absl::StatusOr<ChangeResult> Plan(Route& route, const WeightChange& change,
                                    const ReadyCheck& is_ready, const MakeTarget& make_target) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_);
  absl::Status Revert(Route& route, const Revision& expired);
  absl::StatusOr<Revision> FindRecord(const Route& route, uint64_t number) const;
  // The revision as this process sees it. Errors: it names a version that is not known.
  static absl::StatusOr<std::shared_ptr<const ActiveRevision>> Activate(const Route& route,
                                                                        const Revision& record);
  // From a shared log; what is known already is passed over.
  absl::Status Apply(const Revision& record);
  void Publish(Route& route, const std::shared_ptr<const ActiveRevision>& next);

  RevisionLog& log_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Route>> routes_;
  // Held over the disk write, so that of this router's changes one is in the log at a time.
  absl::Mutex writer_;
  // Held over each publication, by a writer or by the thread of a shared log.
  absl::Mutex publisher_ ABSL_ACQUIRED_AFTER(writer_);
  mutable absl::Mutex history_mutex_ ABSL_ACQUIRED_AFTER(publisher_);
  std::map<std::string, std::vector<Revision>> history_ ABSL_GUARDED_BY(history_mutex_);
  absl::Mutex listeners_mutex_ ABSL_ACQUIRED_AFTER(publisher_);
  std::map<uint64_t, Listener> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
  uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

}  // namespace serin::router
