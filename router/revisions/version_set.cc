#include "router/revisions/version_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin::router {
namespace {

uint16_t IndexOf(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<uint16_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

bool RouteSpec::Has(const std::string& version) const {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

VersionSpec RouteSpec::SpecOf(const std::string& version) const {
  const auto spec = specs.find(version);
  return spec == specs.end() ? VersionSpec() : spec->second;
}

VersionSet::VersionSet(const RouteSpec& config, const std::vector<VersionEntry>& entries) {
  std::vector<VersionEntry> removed;
  for (VersionEntry entry : entries) {
    if (entry.name == config.stable_version) entry.state = VersionState::kActive;
    if (entry.state != VersionState::kRemoved) {
      Add(std::move(entry), config);
    } else if (config.Has(entry.name)) {
      removed.push_back(std::move(entry));
    }
  }
  const auto is_known = [&](const std::string& name) {
    return Find(name).has_value() || std::any_of(removed.begin(), removed.end(),
                                                 [&](const auto& r) { return r.name == name; });
  };
  for (const std::string& name : config.versions) {
    if (!is_known(name)) Add({.name = name, .spec = std::nullopt}, config);
  }
  for (VersionEntry& entry : removed) entries_.push_back(std::move(entry));
  stable_ = IndexOf(names_, config.stable_version);
  SERIN_CHECK(stable_ < names_.size());
}

void VersionSet::Add(VersionEntry entry, const RouteSpec& config) {
  if (!entry.spec.has_value() && !config.Has(entry.name)) return;
  names_.push_back(entry.name);
  specs_.push_back(entry.spec.has_value() ? *entry.spec : config.SpecOf(entry.name));
  entries_.push_back(std::move(entry));
}

std::optional<uint16_t> VersionSet::Find(std::string_view name) const {
  const uint16_t index = IndexOf(names_, name);
  if (index == names_.size()) return std::nullopt;
  return index;
}

std::string VersionSet::RuntimeText() const {
  std::vector<std::string> parts;
  for (const VersionEntry& entry : entries_) {
    if (entry.spec.has_value()) parts.push_back(entry.name + " defined at runtime");
    if (entry.state == VersionState::kActive) continue;
    parts.push_back(
        absl::StrCat(entry.name, " ", absl::AsciiStrToLower(AbslView(StateName(entry.state)))));
  }
  return absl::StrJoin(parts, ", ");
}

std::vector<VersionEntry> VersionSet::ForRevision() const {
  const bool as_config = std::all_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.state == VersionState::kActive && !entry.spec.has_value();
  });
  return as_config ? std::vector<VersionEntry>() : entries_;
}

}  // namespace serin::router
