#include "router/revisions/route.h"

#include <algorithm>
#include <utility>

#include "common/status/check.h"

namespace serin::router {
namespace {

uint16_t IndexOf(const std::vector<std::string>& versions, std::string_view name) {
  return static_cast<uint16_t>(std::find(versions.begin(), versions.end(), name) -
                               versions.begin());
}

}  // namespace

Route::Route(RouteSpec spec, std::shared_ptr<const ActiveRevision> active)
    : spec_(std::move(spec)),
      stable_(IndexOf(spec_.versions, spec_.stable_version)),
      base_(std::make_shared<const std::map<std::string, uint32_t>>(spec_.weights)),
      active_(std::move(active)) {
  SERIN_CHECK(stable_ < spec_.versions.size());
}

std::optional<uint16_t> Route::FindVersion(std::string_view name) const {
  const uint16_t index = IndexOf(spec_.versions, name);
  if (index == spec_.versions.size()) return std::nullopt;
  return index;
}

}  // namespace serin::router
