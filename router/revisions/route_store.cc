#include "router/revisions/route_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/revisions/start_revision.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

// Other routers may win so many times in a row before a change that expects nothing gives up.
constexpr int kTries = 32;

constexpr char kTtlActor[] = "ttl";

bool AnyIsReady(const Route& /*route*/, std::string_view /*version*/) { return true; }

}  // namespace

absl::StatusOr<std::unique_ptr<RouteStore>> RouteStore::Create(std::vector<RouteSpec> specs,
                                                               RevisionLog& log,
                                                               const Clock& clock) {
  SERIN_ASSIGN_OR_RETURN(std::vector<Revision> all, log.ReadAll());
  std::map<std::string, std::vector<Revision>> by_route;
  for (Revision& revision : all) by_route[revision.route].push_back(std::move(revision));
  auto store = std::unique_ptr<RouteStore>(new RouteStore(log, clock));
  for (RouteSpec& spec : specs) {
    std::vector<Revision> history = std::move(by_route[spec.name]);
    SERIN_RETURN_IF_ERROR(store->AddRoute(std::move(spec), std::move(history)));
  }
  log.Follow([raw = store.get()](const Revision& record) { return raw->Apply(record); });
  return store;
}

RouteStore::~RouteStore() { log_.Follow(nullptr); }

absl::Status RouteStore::AddRoute(RouteSpec spec, std::vector<Revision> history) {
  SERIN_RETURN_IF_ERROR(CheckNumbers(spec.name, history));
  SERIN_ASSIGN_OR_RETURN(StartRevision start, ChooseStart(spec, history, clock_.Now()));
  if (start.is_new) {
    const absl::Status appended = log_.Append(start.revision);
    if (absl::IsAborted(appended)) {
      // Another router was first; what it wrote is the history now.
      SERIN_ASSIGN_OR_RETURN(history, log_.ReadAll());
      const auto of_other = [&](const Revision& record) { return record.route != spec.name; };
      history.erase(std::remove_if(history.begin(), history.end(), of_other), history.end());
      return AddRoute(std::move(spec), std::move(history));
    }
    SERIN_RETURN_IF_ERROR(appended);
    history.push_back(start.revision);
  }
  auto versions = std::make_shared<const VersionSet>(spec, start.revision.versions);
  auto active = std::make_shared<const ActiveRevision>(std::move(start.revision),
                                                       std::move(start.table), std::move(versions));
  absl::MutexLock lock(&history_mutex_);
  history_[spec.name] = std::move(history);
  routes_.push_back(std::make_unique<Route>(std::move(spec), std::move(active)));
  return absl::OkStatus();
}

absl::StatusOr<Route*> RouteStore::Find(std::string_view name) const {
  if (name.empty()) return routes_.front().get();
  for (const std::unique_ptr<Route>& route : routes_) {
    if (route->name() == name) return route.get();
  }
  const auto print_name = [](std::string* out, const auto& route) { out->append(route->name()); };
  return absl::NotFoundError(absl::StrCat("model \"", AbslView(name),
                                          "\" is unknown: expected one of ",
                                          absl::StrJoin(routes_, ", ", print_name)));
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::Plan(Route& route, const WeightChange& change,
                                                          const ReadyCheck& is_ready,
                                                          const MakeTarget& make_target) const {
  const std::shared_ptr<const ActiveRevision> current = route.active();
  if (change.expected_revision != 0 && change.expected_revision != current->number()) {
    return absl::AbortedError(absl::StrCat("expected_revision is ", change.expected_revision,
                                           " but route ", route.name(), " is at revision ",
                                           current->number()));
  }
  SERIN_ASSIGN_OR_RETURN(Target target, make_target(*current));
  const auto version_is_ready = [&](std::string_view name) { return is_ready(route, name); };
  SERIN_RETURN_IF_ERROR(CheckMayServe(target, change.force, version_is_ready));
  Revision record = NextRevision(*current, change, target, clock_.Now());
  auto next = std::make_shared<const ActiveRevision>(std::move(record), std::move(target.table),
                                                     std::move(target.versions));
  std::vector<SlotMove> moves = MovesBetween(*current, *next);
  return ChangeResult{
      .route = &route, .revision = std::move(next), .base = current, .moves = std::move(moves)};
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::Change(Route& route,
                                                            const WeightChange& change,
                                                            const ReadyCheck& is_ready,
                                                            const MakeTarget& make_target) {
  absl::MutexLock lock(&writer_);
  for (int i = 0; i < kTries; ++i) {
    SERIN_ASSIGN_OR_RETURN(ChangeResult result, Plan(route, change, is_ready, make_target));
    if (change.dry_run) return result;
    const absl::Status persisted = log_.Append(result.revision->record());
    // The next plan sees what came first, and refuses when the caller expected something else.
    if (absl::IsAborted(persisted)) continue;
    if (!persisted.ok()) {
      return absl::UnavailableError(
          absl::StrCat("the change could not be persisted: ", persisted.message()));
    }
    Publish(route, result.revision);
    return result;
  }
  return absl::AbortedError(absl::StrCat("other routers changed route ", route.name(), " ", kTries,
                                         " times meanwhile; try again"));
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::SetWeights(const WeightChange& change,
                                                                const ReadyCheck& is_ready) {
  SERIN_ASSIGN_OR_RETURN(Route * route, Find(change.route));
  SERIN_RETURN_IF_ERROR(CheckChange(route->active()->versions(), change));
  return Change(*route, change, is_ready, [&](const ActiveRevision& current) {
    const std::vector<Revision> recent = History(*route, 2);
    const Revision* const former = recent.size() == 2 ? &recent[1] : nullptr;
    return TargetOfWeights(current, former, change.weights);
  });
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::Rollback(const WeightChange& change,
                                                              uint64_t revision,
                                                              const ReadyCheck& is_ready) {
  SERIN_ASSIGN_OR_RETURN(Route * route, Find(change.route));
  SERIN_RETURN_IF_ERROR(CheckNote(change));
  return Change(
      *route, change, is_ready, [&](const ActiveRevision& current) -> absl::StatusOr<Target> {
        const uint64_t number = revision == 0 ? current.number() - 1 : revision;
        if (number == 0) {
          return absl::FailedPreconditionError(
              absl::StrCat("route ", route->name(), " is at revision 1, there is none before it"));
        }
        SERIN_ASSIGN_OR_RETURN(const Revision past, FindRecord(*route, number));
        return TargetOfRevision(current, past);
      });
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::Reset(const WeightChange& change,
                                                           const ReadyCheck& is_ready) {
  SERIN_ASSIGN_OR_RETURN(Route * route, Find(change.route));
  SERIN_RETURN_IF_ERROR(CheckNote(change));
  return Change(*route, change, is_ready, [&](const ActiveRevision& current) {
    return TargetOfConfig(route->spec(), current, *route->base());
  });
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::ChangeVersion(const VersionChange& change) {
  SERIN_ASSIGN_OR_RETURN(Route * route, Find(change.note.route));
  SERIN_RETURN_IF_ERROR(CheckVersionChange(change));
  return Change(*route, change.note, AnyIsReady, [&](const ActiveRevision& current) {
    const absl::StatusOr<Revision> comes_back = FindRecord(*route, current.record().reverts_to);
    return TargetOfVersionChange(route->spec(), current, change,
                                 comes_back.ok() ? &*comes_back : nullptr);
  });
}

absl::Status RouteStore::RevertExpired() {
  absl::Status first;
  for (const std::unique_ptr<Route>& route : routes_) {
    const std::shared_ptr<const ActiveRevision> active = route->active();
    if (active->record().expires_at <= clock_.Now()) {
      first.Update(Revert(*route, active->record()));
    }
  }
  return first;
}

absl::Status RouteStore::Revert(Route& route, const Revision& expired) {
  const WeightChange change{
      .expected_revision = expired.number,
      .reason = absl::StrCat("the ttl of revision ", expired.number, " has run out: back to ",
                             expired.reverts_to),
      .actor = kTtlActor,
  };
  const absl::Status reverted =
      Change(route, change, AnyIsReady,
             [&](const ActiveRevision& current) -> absl::StatusOr<Target> {
               SERIN_ASSIGN_OR_RETURN(const Revision past, FindRecord(route, expired.reverts_to));
               SERIN_ASSIGN_OR_RETURN(Target target, TargetOfRevision(current, past));
               // What came from the config does so again, and follows it.
               target.source = past.source;
               return target;
             })
          .status();
  // Somebody else changed the route, or another router was faster.
  return absl::IsAborted(reverted) ? absl::OkStatus() : reverted;
}

absl::StatusOr<bool> RouteStore::ChangeBase(Route& route, std::map<std::string, uint32_t> weights) {
  const std::shared_ptr<const ActiveRevision> active = route.active();
  SERIN_RETURN_IF_ERROR(Weights::Create(active->versions().names(), weights).status());
  route.SetBase(std::move(weights));
  if (active->record().source != RevisionSource::kConfig) return false;
  const WeightChange change{.route = route.name(),
                            .expected_revision = active->number(),
                            .reason = "the config file has changed",
                            .actor = kConfigActor};
  const auto make_target = [&](const ActiveRevision& current) {
    absl::StatusOr<Target> target = TargetOfWeights(current, nullptr, *route.base());
    if (target.ok()) target->source = RevisionSource::kConfig;
    return target;
  };
  const absl::Status changed = Change(route, change, AnyIsReady, make_target).status();
  if (absl::IsAborted(changed)) return false;
  if (!changed.ok()) return changed;
  return true;
}

absl::StatusOr<std::shared_ptr<const ActiveRevision>> RouteStore::Activate(const Route& route,
                                                                           const Revision& record) {
  const std::shared_ptr<const ActiveRevision> current = route.active();
  std::shared_ptr<const VersionSet> versions = current->shared_versions();
  if (record.versions != current->record().versions) {
    versions = std::make_shared<const VersionSet>(route.spec(), record.versions);
  }
  SERIN_ASSIGN_OR_RETURN(SlotTable table, SlotTable::Parse(record.slots, versions->names()));
  return std::make_shared<const ActiveRevision>(record, std::move(table), std::move(versions));
}

absl::Status RouteStore::Apply(const Revision& record) {
  for (const std::unique_ptr<Route>& route : routes_) {
    if (route->name() != record.route) continue;
    SERIN_ASSIGN_OR_RETURN(const auto revision, Activate(*route, record));
    Publish(*route, revision);
  }
  return absl::OkStatus();
}

void RouteStore::Publish(Route& route, const std::shared_ptr<const ActiveRevision>& next) {
  absl::MutexLock publishing(&publisher_);
  if (next->number() <= route.active()->number()) return;
  {
    absl::MutexLock lock(&history_mutex_);
    history_[route.name()].push_back(next->record());
  }
  route.Publish(next);
  absl::MutexLock lock(&listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(route, next);
}

std::vector<Revision> RouteStore::History(const Route& route, size_t limit) const {
  absl::MutexLock lock(&history_mutex_);
  const std::vector<Revision>& all = history_.at(route.name());
  const size_t count = std::min(limit, all.size());
  return {all.rbegin(), all.rbegin() + static_cast<std::ptrdiff_t>(count)};
}

absl::StatusOr<Revision> RouteStore::FindRecord(const Route& route, uint64_t number) const {
  absl::MutexLock lock(&history_mutex_);
  const std::vector<Revision>& all = history_.at(route.name());
  const auto found = std::lower_bound(
      all.begin(), all.end(), number,
      [](const Revision& record, uint64_t wanted) { return record.number < wanted; });
  if (found != all.end() && found->number == number) return *found;
  return absl::NotFoundError(absl::StrCat("revision ", number, " of route ", route.name(),
                                          ": expected ", all.front().number, " to ",
                                          all.back().number));
}

absl::StatusOr<std::shared_ptr<const ActiveRevision>> RouteStore::FindRevision(
    const Route& route, uint64_t number) const {
  std::shared_ptr<const ActiveRevision> current = route.active();
  if (number == 0 || number == current->number()) return current;
  SERIN_ASSIGN_OR_RETURN(const Revision record, FindRecord(route, number));
  return Activate(route, record);
}

uint64_t RouteStore::Subscribe(Listener listener) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void RouteStore::Unsubscribe(uint64_t id) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace serin::router
