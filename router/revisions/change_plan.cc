#include "router/revisions/change_plan.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

constexpr size_t kMaxReasonBytes = 1024;
constexpr size_t kMaxActorBytes = 256;
constexpr absl::Duration kMaxTtl = absl::Hours(365 * 24);

void CheckLength(std::string_view field, const std::string& value, size_t most,
                 std::vector<std::string>& faults) {
  if (value.size() <= most) return;
  faults.push_back(
      absl::StrCat(AbslView(field), ": expected at most ", most, " bytes, got ", value.size()));
}

std::vector<std::string> NoteFaults(const WeightChange& change) {
  std::vector<std::string> faults;
  CheckLength("reason", change.reason, kMaxReasonBytes, faults);
  CheckLength("actor", change.actor, kMaxActorBytes, faults);
  if (change.ttl.has_value() && (*change.ttl <= absl::ZeroDuration() || *change.ttl > kMaxTtl)) {
    faults.push_back(absl::StrCat("ttl: expected more than 0 s and at most 365 days, got ",
                                  absl::FormatDuration(*change.ttl)));
  }
  return faults;
}

absl::Status ToStatus(const std::vector<std::string>& faults) {
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

}  // namespace

absl::Status CheckNote(const WeightChange& change) { return ToStatus(NoteFaults(change)); }

absl::Status CheckChange(const VersionSet& versions, const WeightChange& change) {
  std::vector<std::string> faults;
  const absl::StatusOr<Weights> weights = Weights::Create(versions.names(), change.weights);
  if (!weights.ok()) faults.emplace_back(weights.status().message());
  for (std::string& fault : NoteFaults(change)) faults.push_back(std::move(fault));
  return ToStatus(faults);
}

absl::StatusOr<Target> TargetOfWeights(const ActiveRevision& current, const Revision* former,
                                       const std::map<std::string, uint32_t>& weights) {
  const std::vector<std::string>& versions = current.versions().names();
  SERIN_ASSIGN_OR_RETURN(const Weights valid, Weights::Create(versions, weights));
  const SlotTable& before = current.split().table();
  if (former != nullptr) {
    const absl::StatusOr<SlotTable> old = SlotTable::Parse(former->slots, versions);
    if (old.ok()) {
      return Target{weights, before.ReweightTowards(valid, *old), RevisionSource::kRuntime,
                    current.shared_versions()};
    }
  }
  return Target{weights, before.Reweight(valid), RevisionSource::kRuntime,
                current.shared_versions()};
}

absl::StatusOr<Target> TargetOfRevision(const ActiveRevision& current, const Revision& past) {
  absl::StatusOr<SlotTable> table = SlotTable::Parse(past.slots, current.versions().names());
  if (!table.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("revision ", past.number, " of route ", past.route,
                     " cannot come back: ", table.status().message()));
  }
  return Target{past.weights, *std::move(table), RevisionSource::kRuntime,
                current.shared_versions()};
}

absl::StatusOr<Target> TargetOfConfig(const RouteSpec& config, const ActiveRevision& current,
                                      const std::map<std::string, uint32_t>& weights) {
  auto versions = std::make_shared<const VersionSet>(config);
  SERIN_RETURN_IF_ERROR(Weights::Create(versions->names(), weights).status());
  // Those that go stand behind, and lose all their slots.
  std::vector<std::string> all = versions->names();
  for (const std::string& name : current.versions().names()) {
    if (!versions->Find(name).has_value()) all.push_back(name);
  }
  SERIN_ASSIGN_OR_RETURN(const Weights of_all, Weights::Create(all, weights));
  SERIN_ASSIGN_OR_RETURN(const SlotTable before, SlotTable::Parse(current.record().slots, all));
  const std::string runtime = current.versions().RuntimeText();
  return Target{weights, before.Reweight(of_all), RevisionSource::kConfig, std::move(versions),
                runtime.empty() ? "" : "the versions of the config file again; before: " + runtime};
}

absl::Status CheckMayServe(const Target& target, bool force,
                           absl::FunctionRef<bool(std::string_view)> is_ready) {
  std::vector<std::string> faults;
  for (const auto& [name, weight] : target.weights) {
    const std::optional<uint16_t> version = target.versions->Find(name);
    if (weight == 0 || !version.has_value()) continue;
    if (!target.versions->active(*version)) {
      faults.push_back(
          absl::StrCat("version ", name, " would get weight ", weight, " but is DRAINED"));
    } else if (!force && !is_ready(name)) {
      faults.push_back(absl::StrCat("version ", name, " would get weight ", weight,
                                    " but has no ready endpoint (force: true gives it anyway)"));
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(faults, "; "));
}

std::vector<SlotMove> MovesBetween(const ActiveRevision& before, const ActiveRevision& after) {
  const SlotTable& former = before.split().table();
  const SlotTable& next = after.split().table();
  std::map<std::pair<uint16_t, uint16_t>, uint32_t> moved;
  uint32_t former_end = 0;
  uint32_t next_end = 0;
  for (uint32_t slot = 0; slot < kSlots;) {
    if (slot == former_end) former_end = former.RunEnd(slot);
    if (slot == next_end) next_end = next.RunEnd(slot);
    const uint32_t end = std::min(former_end, next_end);
    moved[{former[slot], next[slot]}] += end - slot;
    slot = end;
  }
  std::vector<SlotMove> moves;
  for (const auto& [way, slots] : moved) {
    const std::string& from = before.versions()[way.first];
    const std::string& to = after.versions()[way.second];
    if (from != to) moves.push_back({from, to, slots});
  }
  return moves;
}

Revision NextRevision(const ActiveRevision& current, const WeightChange& change,
                      const Target& target, absl::Time now) {
  const Revision& base = current.record();
  Revision next{.route = base.route,
                .number = base.number + 1,
                .weights = target.weights,
                .slots = target.table.ToText(target.versions->names()),
                .created_at = std::max(now, base.created_at),
                .actor = change.actor,
                .reason = change.reason,
                .peer = change.peer,
                .source = target.source,
                .versions = target.versions->ForRevision(),
                .change = target.change};
  if (target.keeps_end) {
    next.expires_at = base.expires_at;
    next.reverts_to = base.reverts_to;
  }
  if (change.ttl.has_value()) {
    next.expires_at = next.created_at + *change.ttl;
    // What was itself only for a time does not come back.
    next.reverts_to = base.reverts_to != 0 ? base.reverts_to : base.number;
  }
  return next;
}

}  // namespace serin::router
