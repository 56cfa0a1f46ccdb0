#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "router/revisions/route.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// Reads the config file and checks what its schema cannot say: unique names, a stable version that
// exists, valid weights. INVALID_ARGUMENT with one `file:key: expected ... got ...` line a fault.
absl::Status LoadRouterConfig(const std::string& path, v1::config::RouterConfig& config);

// The second half of it, for a config that was parsed; `file` only stands in the messages.
absl::Status CheckRouterConfig(std::string_view file, const v1::config::RouterConfig& config);

// The routes of a checked config, in its order.
std::vector<RouteSpec> RouteSpecs(const v1::config::RouterConfig& config);

}  // namespace serin::router
