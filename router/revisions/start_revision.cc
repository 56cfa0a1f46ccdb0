#include "router/revisions/start_revision.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

absl::StatusOr<StartRevision> FromWeights(const RouteSpec& spec, const VersionSet& versions,
                                          const std::map<std::string, uint32_t>& weights,
                                          uint64_t number, absl::Time now, std::string reason) {
  SERIN_ASSIGN_OR_RETURN(const Weights valid, Weights::Create(versions.names(), weights));
  SlotTable table = SlotTable::Create(valid);
  Revision revision{.route = spec.name,
                    .number = number,
                    .weights = weights,
                    .slots = table.ToText(versions.names()),
                    .created_at = now,
                    .actor = kConfigActor,
                    .reason = std::move(reason),
                    .source = RevisionSource::kConfig,
                    .versions = versions.ForRevision()};
  return StartRevision{std::move(revision), std::move(table), true};
}

// Versions with slots in the log that neither the config nor the log defines any more.
std::vector<std::string> Missing(const VersionSet& versions, const Revision& last) {
  std::vector<std::string> missing;
  for (const auto& [name, weight] : last.weights) {
    if (weight > 0 && !versions.Find(name).has_value()) missing.push_back(name);
  }
  return missing;
}

absl::StatusOr<StartRevision> WithoutMissing(const RouteSpec& spec, const VersionSet& versions,
                                             const Revision& last,
                                             const std::vector<std::string>& missing,
                                             absl::Time now) {
  std::map<std::string, uint32_t> left = last.weights;
  for (const std::string& name : missing) left.erase(name);
  for (auto it = left.begin(); it != left.end();) {
    it = it->second == 0 ? left.erase(it) : std::next(it);
  }
  if (left.empty()) left = spec.weights;
  return FromWeights(spec, versions, left, last.number + 1, now,
                     absl::StrCat("no longer configured: ", absl::StrJoin(missing, ", ")));
}

// The config's weights on top of the last table, so that as few keys as possible move.
absl::StatusOr<StartRevision> FromChangedConfig(const RouteSpec& spec, const VersionSet& versions,
                                                const Revision& last, const SlotTable& table,
                                                absl::Time now) {
  SERIN_ASSIGN_OR_RETURN(StartRevision start,
                         FromWeights(spec, versions, spec.weights, last.number + 1, now,
                                     "the config file has changed"));
  SERIN_ASSIGN_OR_RETURN(const Weights valid, Weights::Create(versions.names(), spec.weights));
  start.table = table.Reweight(valid);
  start.revision.slots = start.table.ToText(versions.names());
  return start;
}

}  // namespace

absl::StatusOr<StartRevision> ChooseStart(const RouteSpec& spec,
                                          const std::vector<Revision>& history, absl::Time now) {
  SERIN_RETURN_IF_ERROR(Weights::Create(spec.versions, spec.weights).status());
  if (history.empty()) {
    return FromWeights(spec, VersionSet(spec), spec.weights, 1, now, "the config file");
  }
  const Revision& last = history.back();
  const VersionSet versions(spec, last.versions);
  if (const std::vector<std::string> missing = Missing(versions, last); !missing.empty()) {
    return WithoutMissing(spec, versions, last, missing, now);
  }
  absl::StatusOr<SlotTable> table = SlotTable::Parse(last.slots, versions.names());
  if (!table.ok()) {
    return absl::DataLossError(absl::StrCat("revision ", last.number, " of route ", spec.name,
                                            " in the log: ", table.status().message()));
  }
  // Not valid when it gives weight to a version that was removed at runtime: drift, then.
  const absl::StatusOr<Weights> config = Weights::Create(versions.names(), spec.weights);
  const bool config_changed = config.ok() && config->SlotCounts() != table->Counts(config->size());
  if (last.source == RevisionSource::kConfig && config_changed) {
    return FromChangedConfig(spec, versions, last, *table, now);
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
