#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/event_loops.h"
#include "common/time/clock.h"
#include "router/backends/int_histogram.h"
#include "router/backends/upstream.h"
#include "router/revisions/version_spec.h"

namespace serin::router {

// An endpoint at `address` that speaks what the definition says. `host` is what certificates are
// checked for, `model` the route's name. The references must outlive the endpoint. Errors:
// INVALID_ARGUMENT for TLS files that cannot be used.
absl::StatusOr<std::shared_ptr<Upstream>> MakeEndpoint(const EventLoops& loops,
                                                       const std::string& address,
                                                       const std::string& host,
                                                       const std::string& model,
                                                       const VersionSpec& spec, const Clock& clock,
                                                       IntHistogram& batch_items);

}  // namespace serin::router
