#include "router/revisions/start_revision.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

constexpr std::string_view kConfigActor = "config";

absl::StatusOr<StartRevision> FromWeights(const RouteSpec& spec,
                                          const std::map<std::string, uint32_t>& weights,
                                          uint64_t number, absl::Time now, std::string reason) {
  SERIN_ASSIGN_OR_RETURN(const Weights valid, Weights::Create(spec.versions, weights));
  SlotTable table = SlotTable::Create(valid);
  Revision revision{.route = spec.name,
                    .number = number,
                    .weights = weights,
                    .slots = table.ToText(spec.versions),
                    .created_at = now,
                    .actor = std::string(kConfigActor),
                    .reason = std::move(reason),
                    .source = RevisionSource::kConfig};
  return StartRevision{std::move(revision), std::move(table), true};
}

// Versions with slots in the log that the config has no more.
std::vector<std::string> Missing(const RouteSpec& spec, const Revision& last) {
  std::vector<std::string> missing;
  for (const auto& [name, weight] : last.weights) {
    const bool known =
        std::find(spec.versions.begin(), spec.versions.end(), name) != spec.versions.end();
    if (weight > 0 && !known) missing.push_back(name);
  }
  return missing;
}

absl::StatusOr<StartRevision> WithoutMissing(const RouteSpec& spec, const Revision& last,
                                             const std::vector<std::string>& missing,
                                             absl::Time now) {
  std::map<std::string, uint32_t> left = last.weights;
  for (const std::string& name : missing) left.erase(name);
  for (auto it = left.begin(); it != left.end();) {
    it = it->second == 0 ? left.erase(it) : std::next(it);
  }
  if (left.empty()) left = spec.weights;
  return FromWeights(spec, left, last.number + 1, now,
                     absl::StrCat("no longer configured: ", absl::StrJoin(missing, ", ")));
}

// The config's weights on top of the last table, so that as few keys as possible move.
absl::StatusOr<StartRevision> FromChangedConfig(const RouteSpec& spec, const Revision& last,
                                                const SlotTable& table, absl::Time now) {
  SERIN_ASSIGN_OR_RETURN(StartRevision start, FromWeights(spec, spec.weights, last.number + 1, now,
                                                          "the config file has changed"));
  SERIN_ASSIGN_OR_RETURN(const Weights valid, Weights::Create(spec.versions, spec.weights));
  start.table = table.Reweight(valid);
  start.revision.slots = start.table.ToText(spec.versions);
  return start;
}

}  // namespace

absl::StatusOr<StartRevision> ChooseStart(const RouteSpec& spec,
                                          const std::vector<Revision>& history, absl::Time now) {
  SERIN_ASSIGN_OR_RETURN(const Weights config, Weights::Create(spec.versions, spec.weights));
  if (history.empty()) return FromWeights(spec, spec.weights, 1, now, "the config file");
  const Revision& last = history.back();
  if (const std::vector<std::string> missing = Missing(spec, last); !missing.empty()) {
    return WithoutMissing(spec, last, missing, now);
  }
  absl::StatusOr<SlotTable> table = SlotTable::Parse(last.slots, spec.versions);
  if (!table.ok()) {
    return absl::DataLossError(absl::StrCat("revision ", last.number, " of route ", spec.name,
                                            " in the log: ", table.status().message()));
  }
  const bool config_changed = config.SlotCounts() != table->Counts(config.size());
  if (last.source == RevisionSource::kConfig && config_changed) {
    return FromChangedConfig(spec, last, *table, now);
  }
  return StartRevision{last, *std::move(table), false};
}

absl::Status CheckNumbers(std::string_view route, const std::vector<Revision>& history) {
  for (size_t i = 0; i < history.size(); ++i) {
    const uint64_t expected = history.front().number + i;
    if (history[i].number == expected) continue;
    return absl::DataLossError(absl::StrCat("the revision log of route ", AbslView(route),
                                            ": expected revision ", expected, ", got ",
                                            history[i].number));
  }
  return absl::OkStatus();
}

}  // namespace serin::router
