#include "router/revisions/version_set.h"

#include <algorithm>
#include <utility>

#include "common/status/check.h"

namespace serin::router {
namespace {

uint16_t IndexOf(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<uint16_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

VersionSet::VersionSet(std::vector<std::string> names, std::string_view stable,
                       const std::map<std::string, VersionSpec>& specs)
    : names_(std::move(names)), stable_(IndexOf(names_, stable)) {
  SERIN_CHECK(stable_ < names_.size());
  for (const std::string& name : names_) {
    const auto spec = specs.find(name);
    specs_.push_back(spec == specs.end() ? VersionSpec() : spec->second);
  }
}

std::optional<uint16_t> VersionSet::Find(std::string_view name) const {
  const uint16_t index = IndexOf(names_, name);
  if (index == names_.size()) return std::nullopt;
  return index;
}

}  // namespace serin::router
