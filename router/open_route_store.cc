#include "router/open_route_store.h"

#include <utility>

#include "common/status/status_macros.h"
#include "router/revisions/file_revision_log.h"
#include "router/revisions/kafka_revision_log.h"
#include "router/revisions/memory_revision_log.h"

namespace serin::router {
namespace {

absl::StatusOr<OpenRoutes> TryOnce(const LogOpener& open, const std::vector<RouteSpec>& specs,
                                   const Clock& clock) {
  OpenRoutes routes;
  SERIN_ASSIGN_OR_RETURN(routes.log, open());
  SERIN_ASSIGN_OR_RETURN(routes.store, RouteStore::Create(specs, *routes.log, clock));
  return routes;
}

}  // namespace

LogOpener LogOf(const v1::config::RevisionLogConfig& config) {
  return [config]() -> absl::StatusOr<std::unique_ptr<RevisionLog>> {
    if (config.memory()) return std::make_unique<MemoryRevisionLog>();
    if (config.kafka().brokers().empty()) {
      return FileRevisionLog::Open(config.path(), config.keep());
    }
    return KafkaRevisionLog::Open(config.kafka());
  };
}

absl::StatusOr<OpenRoutes> OpenRouteStore(const LogOpener& open,
                                          const std::vector<RouteSpec>& specs, const Clock& clock,
                                          const KeepTrying& keep_trying) {
  while (true) {
    absl::StatusOr<OpenRoutes> routes = TryOnce(open, specs, clock);
    if (routes.ok() || !absl::IsUnavailable(routes.status()) || !keep_trying) return routes;
    if (!keep_trying(routes.status())) return routes;
  }
}

}  // namespace serin::router
