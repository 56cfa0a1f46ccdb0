#include "router/revisions/version_plan.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"

namespace serin::router {
namespace {

using Entries = std::vector<VersionEntry>;
using Kind = VersionChange::Kind;

uint32_t WeightIn(const Revision& revision, const std::string& version) {
  const auto found = revision.weights.find(version);
  return found == revision.weights.end() ? 0 : found->second;
}

absl::Status CheckOutOfService(const RouteSpec& config, const ActiveRevision& current,
                               const std::string& version, const Revision* comes_back) {
  std::vector<std::string> faults;
  if (version == config.stable_version) {
    faults.push_back(absl::StrCat("version ", version, " is the stable version"));
  }
  if (const uint32_t weight = WeightIn(current.record(), version); weight > 0) {
    faults.push_back(absl::StrCat("version ", version, " has weight ", weight,
                                  ": expected 0, set the weights first"));
  }
  if (comes_back != nullptr && WeightIn(*comes_back, version) > 0) {
    faults.push_back(absl::StrCat("version ", version, " gets weight ",
                                  WeightIn(*comes_back, version), " back from revision ",
                                  comes_back->number, " when the ttl runs out"));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(faults, "; "));
}

Entries::iterator FindEntry(Entries& entries, const std::string& name) {
  return std::find_if(entries.begin(), entries.end(),
                      [&](const VersionEntry& entry) { return entry.name == name; });
}

std::string Add(const RouteSpec& config, const VersionChange& change, Entries& entries) {
  auto entry = FindEntry(entries, change.version);
  if (entry != entries.end() && entry->state == VersionState::kRemoved) {
    entries.erase(entry);
    entry = entries.end();
  }
  const bool is_new = entry == entries.end();
  if (is_new) entry = entries.insert(entries.end(), {.name = change.version, .spec = std::nullopt});
  const bool as_config = config.Has(change.version) && config.SpecOf(change.version) == change.spec;
  entry->spec = as_config ? std::nullopt : std::make_optional(change.spec);
  return absl::StrCat("version ", change.version, is_new ? " added: " : " defined anew: ",
                      absl::StrJoin(change.spec.endpoints, ", "));
}

std::string Remove(const RouteSpec& config, const VersionChange& change, Entries& entries) {
  entries.erase(FindEntry(entries, change.version));
  if (config.Has(change.version)) {
    entries.push_back({.name = change.version, .state = VersionState::kRemoved, .spec = {}});
  }
  return absl::StrCat("version ", change.version, " removed");
}

std::string SetState(const VersionChange& change, Entries& entries) {
  FindEntry(entries, change.version)->state = change.state;
  const bool active = change.state == VersionState::kActive;
  return absl::StrCat("version ", change.version, active ? " active" : " drained");
}

absl::Status CheckPossible(const RouteSpec& config, const ActiveRevision& current,
                           const VersionChange& change, const Revision* comes_back) {
  const VersionSet& versions = current.versions();
  const bool exists = versions.Find(change.version).has_value();
  if (change.kind == Kind::kAdd) {
    if (!exists || change.replace) return absl::OkStatus();
    return absl::AlreadyExistsError(
        absl::StrCat("version ", change.version, " of route ", config.name,
                     " exists already; replace: true gives it another definition"));
  }
  if (!exists) {
    return absl::NotFoundError(absl::StrCat("version \"", change.version, "\" of route ",
                                            config.name, " is unknown: expected one of ",
                                            absl::StrJoin(versions.names(), ", ")));
  }
  if (change.kind == Kind::kSetState && change.state == VersionState::kActive) {
    return absl::OkStatus();
  }
  return CheckOutOfService(config, current, change.version, comes_back);
}

std::string Apply(const RouteSpec& config, const VersionChange& change, Entries& entries) {
  switch (change.kind) {
    case Kind::kAdd:
      return Add(config, change, entries);
    case Kind::kRemove:
      return Remove(config, change, entries);
    case Kind::kSetState:
      return SetState(change, entries);
  }
  return "";
}

}  // namespace

absl::Status CheckVersionChange(const VersionChange& change) {
  std::vector<std::string> faults;
  if (!IsName(change.version)) {
    faults.push_back(
        absl::StrCat("version: expected 1 to 63 letters, digits, '-', '_' or '.', got \"",
                     change.version, "\""));
  }
  if (change.kind == Kind::kAdd) {
    for (std::string& fault : FaultsOf("definition.", change.spec)) {
      faults.push_back(std::move(fault));
    }
  }
  if (change.kind == Kind::kSetState && change.state == VersionState::kRemoved) {
    faults.emplace_back("state: expected ACTIVE or DRAINED");
  }
  if (const absl::Status note = CheckNote(change.note); !note.ok()) {
    faults.emplace_back(note.message());
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

absl::StatusOr<Target> TargetOfVersionChange(const RouteSpec& config, const ActiveRevision& current,
                                             const VersionChange& change,
                                             const Revision* comes_back) {
  SERIN_RETURN_IF_ERROR(CheckPossible(config, current, change, comes_back));
  Entries entries = current.versions().entries();
  std::string what = Apply(config, change, entries);
  auto versions = std::make_shared<const VersionSet>(config, entries);
  std::map<std::string, uint32_t> weights = current.record().weights;
  if (change.kind == Kind::kRemove) weights.erase(change.version);
  SERIN_ASSIGN_OR_RETURN(SlotTable table,
                         SlotTable::Parse(current.record().slots, versions->names()));
  return Target{.weights = std::move(weights),
                .table = std::move(table),
                .source = current.record().source,
                .versions = std::move(versions),
                .change = std::move(what),
                .keeps_end = true};
}

}  // namespace serin::router
