#pragma once

#include <atomic>
#include <vector>

#include "common/http2/connection_counts.h"
#include "common/telemetry/line_file.h"
#include "prometheus/registry.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

// A registry that also reads the router's own counters when Prometheus asks, so that requests never
// touch a metrics library. The names are a contract; see docs. Thread-safe.
class RouterMetrics final : public prometheus::Registry {
 public:
  // All that is given must outlive the metrics.
  RouterMetrics(const http2::ConnectionCounts& connections, const Clock& clock)
      : connections_(connections), clock_(clock) {}

  // Adds what is counted of the routes, whose list changes no more.
  void WatchRoutes(const RouteBackendsList& routes) { routes_ = &routes; }

  // Adds serin_access_log_dropped_total.
  void WatchAccessLog(const LineFile& file) { access_log_ = &file; }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const http2::ConnectionCounts& connections_;
  const Clock& clock_;
  const RouteBackendsList no_routes_;
  std::atomic<const RouteBackendsList*> routes_{&no_routes_};
  std::atomic<const LineFile*> access_log_{nullptr};
};

}  // namespace serin::router
