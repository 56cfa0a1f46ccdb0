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
      return Target{weights, before.ReweightTowards(valid, *old), RevisionSource::kRuntime};
    }
  }
  return Target{weights, before.Reweight(valid), RevisionSource::kRuntime};
}

absl::StatusOr<Target> TargetOfRevision(const ActiveRevision& current, const Revision& past) {
  absl::StatusOr<SlotTable> table = SlotTable::Parse(past.slots, current.versions().names());
  if (!table.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("revision ", past.number, " of route ", past.route,
                     " cannot come back: ", table.status().message()));
  }
  return Target{past.weights, *std::move(table), RevisionSource::kRuntime};
}

Revision NextRevision(const ActiveRevision& current, const WeightChange& change,
                      const Target& target, absl::Time now) {
  const Revision& base = current.record();
  Revision next{.route = base.route,
                .number = base.number + 1,
                .weights = target.weights,
                .slots = target.table.ToText(current.versions().names()),
                .created_at = std::max(now, base.created_at),
                .actor = change.actor,
                .reason = change.reason,
                .peer = change.peer,
                .source = target.source};
  if (change.ttl.has_value()) {
    next.expires_at = next.created_at + *change.ttl;
    // What was itself only for a time does not come back.
    next.reverts_to = base.reverts_to != 0 ? base.reverts_to : base.number;
  }
  return next;
}

}  // namespace serin::router
