#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "router/revisions/revision_log.h"
#include "router/revisions/route_store.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

using LogOpener = std::function<absl::StatusOr<std::unique_ptr<RevisionLog>>()>;

// Asked with the reason each time that the log was UNAVAILABLE; it takes the pause there shall be.
// False gives up.
using KeepTrying = std::function<bool(const absl::Status&)>;

// Opens the log of the config: a Kafka topic when brokers are named, else the file.
LogOpener LogOf(const v1::config::RevisionLogConfig& config);

struct OpenRoutes {
  std::unique_ptr<RevisionLog> log;
  // Uses the log.
  std::unique_ptr<RouteStore> store;
};

// The store of the routes on their log. A log that cannot be reached, be it when it is opened or
// when the first revisions are written, is opened anew for as long as `keep_trying` says so; once
// when that is empty. Errors: as of the opener and RouteStore::Create.
absl::StatusOr<OpenRoutes> OpenRouteStore(const LogOpener& open,
                                          const std::vector<RouteSpec>& specs, const Clock& clock,
                                          const KeepTrying& keep_trying);

}  // namespace serin::router
