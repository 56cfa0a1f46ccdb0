#include "router/revisions/route_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/revisions/start_revision.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

constexpr size_t kMaxReasonBytes = 1024;
constexpr size_t kMaxActorBytes = 256;

std::string WeightsText(const std::map<std::string, uint32_t>& weights) {
  return absl::StrJoin(weights, " ", absl::PairFormatter("="));
}

void CheckLength(std::string_view field, const std::string& value, size_t most,
                 std::vector<std::string>& faults) {
  if (value.size() <= most) return;
  faults.push_back(
      absl::StrCat(AbslView(field), ": expected at most ", most, " bytes, got ", value.size()));
}

absl::StatusOr<Weights> Validate(const Route& route, const WeightChange& change) {
  std::vector<std::string> faults;
  absl::StatusOr<Weights> weights = Weights::Create(route.versions(), change.weights);
  if (!weights.ok()) faults.emplace_back(weights.status().message());
  CheckLength("reason", change.reason, kMaxReasonBytes, faults);
  CheckLength("actor", change.actor, kMaxActorBytes, faults);
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
  return weights;
}

absl::Status CheckReady(const Route& route, const Weights& weights,
                        const RouteStore::ReadyCheck& is_ready) {
  std::vector<std::string> faults;
  for (size_t version = 0; version < weights.size(); ++version) {
    if (weights[version] == 0 || is_ready(route, version)) continue;
    faults.push_back(absl::StrCat("version ", route.versions()[version], " would get weight ",
                                  weights[version],
                                  " but has no ready endpoint (force: true gives it anyway)"));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(faults, "; "));
}

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
  return store;
}

absl::Status RouteStore::AddRoute(RouteSpec spec, std::vector<Revision> history) {
  SERIN_RETURN_IF_ERROR(CheckNumbers(spec.name, history));
  SERIN_ASSIGN_OR_RETURN(StartRevision start, ChooseStart(spec, history, clock_.Now()));
  if (start.is_new) {
    SERIN_RETURN_IF_ERROR(log_.Append(start.revision));
    history.push_back(start.revision);
  }
  auto active = std::make_shared<const ActiveRevision>(
      std::move(start.revision), std::move(start.table), spec.versions.size());
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

absl::StatusOr<RouteStore::ChangeResult> RouteStore::Plan(Route& route,
                                                          const WeightChange& change) const {
  SERIN_ASSIGN_OR_RETURN(const Weights weights, Validate(route, change));
  const std::shared_ptr<const ActiveRevision> current = route.active();
  if (change.expected_revision != 0 && change.expected_revision != current->number()) {
    return absl::AbortedError(absl::StrCat("expected_revision is ", change.expected_revision,
                                           " but route ", route.name(), " is at revision ",
                                           current->number()));
  }
  const SlotTable& before = current->split().table();
  const std::vector<Revision> recent = History(route, 2);
  SlotTable after = before.Reweight(weights);
  if (recent.size() == 2) {
    const absl::StatusOr<SlotTable> former = SlotTable::Parse(recent[1].slots, route.versions());
    if (former.ok()) after = before.ReweightTowards(weights, *former);
  }
  Revision record{.route = route.name(),
                  .number = current->number() + 1,
                  .weights = change.weights,
                  .slots = after.ToText(route.versions()),
                  .created_at = clock_.Now(),
                  .actor = change.actor,
                  .reason = change.reason,
                  .source = RevisionSource::kRuntime};
  const double moved = static_cast<double>(before.Distance(after)) / kSlots;
  return ChangeResult{.route = &route,
                      .revision = std::make_shared<const ActiveRevision>(
                          std::move(record), std::move(after), route.versions().size()),
                      .moved_share = moved};
}

absl::StatusOr<RouteStore::ChangeResult> RouteStore::SetWeights(const WeightChange& change,
                                                                const ReadyCheck& is_ready) {
  SERIN_ASSIGN_OR_RETURN(Route * route, Find(change.route));
  absl::MutexLock lock(&writer_);
  SERIN_ASSIGN_OR_RETURN(ChangeResult result, Plan(*route, change));
  if (!change.force) {
    SERIN_ASSIGN_OR_RETURN(const Weights weights, Validate(*route, change));
    SERIN_RETURN_IF_ERROR(CheckReady(*route, weights, is_ready));
  }
  if (change.dry_run) return result;
  if (const absl::Status persisted = log_.Append(result.revision->record()); !persisted.ok()) {
    return absl::UnavailableError(absl::StrCat(
        "the change could not be persisted, nothing has changed: ", persisted.message()));
  }
  Publish(*route, result.revision);
  return result;
}

void RouteStore::Publish(Route& route, std::shared_ptr<const ActiveRevision> next) {
  {
    absl::MutexLock lock(&history_mutex_);
    history_[route.name()].push_back(next->record());
  }
  route.Publish(std::move(next));
  absl::MutexLock lock(&listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(route);
}

std::vector<Revision> RouteStore::History(const Route& route, size_t limit) const {
  absl::MutexLock lock(&history_mutex_);
  const std::vector<Revision>& all = history_.at(route.name());
  const size_t count = std::min(limit, all.size());
  return {all.rbegin(), all.rbegin() + static_cast<std::ptrdiff_t>(count)};
}

absl::StatusOr<std::shared_ptr<const ActiveRevision>> RouteStore::FindRevision(
    const Route& route, uint64_t number) const {
  std::shared_ptr<const ActiveRevision> current = route.active();
  if (number == 0 || number == current->number()) return current;
  absl::MutexLock lock(&history_mutex_);
  const std::vector<Revision>& all = history_.at(route.name());
  if (number > all.size()) {
    return absl::NotFoundError(absl::StrCat("revision ", number, " of route ", route.name(),
                                            ": expected 1 to ", all.size()));
  }
  const Revision& record = all[number - 1];
  SERIN_ASSIGN_OR_RETURN(SlotTable table, SlotTable::Parse(record.slots, route.versions()));
  return std::make_shared<const ActiveRevision>(record, std::move(table), route.versions().size());
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

std::string DriftSummary(const Route& route, const ActiveRevision& running) {
  if (running.record().source == RevisionSource::kConfig) return "";
  const absl::StatusOr<Weights> config = Weights::Create(route.versions(), route.spec().weights);
  if (config.ok() && config->SlotCounts() == running.split().table().Counts(config->size())) {
    return "";
  }
  return absl::StrCat("the config file says ", WeightsText(route.spec().weights), ", revision ",
                      running.number(), " says ", WeightsText(running.record().weights), " (by ",
                      running.record().actor, ")");
}

}  // namespace serin::router
