#pragma once

#include <vector>

#include "prometheus/registry.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

// A registry that also reads the router's own counters when Prometheus asks, so that requests never
// touch a metrics library. The names are a contract; see docs. Thread-safe.
class RouterMetrics final : public prometheus::Registry {
 public:
  // Both must outlive the metrics.
  RouterMetrics(const RouteBackendsList& routes, const Clock& clock)
      : routes_(routes), clock_(clock) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const RouteBackendsList& routes_;
  const Clock& clock_;
};

}  // namespace serin::router
