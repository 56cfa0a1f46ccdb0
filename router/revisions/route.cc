#include "router/revisions/route.h"

#include <utility>

namespace serin::router {

Route::Route(RouteSpec spec, std::shared_ptr<const ActiveRevision> active)
    : spec_(std::move(spec)),
      base_(std::make_shared<const std::map<std::string, uint32_t>>(spec_.weights)),
      active_(std::move(active)) {}

}  // namespace serin::router
