#pragma once

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
  // All must outlive the metrics.
  RouterMetrics(const RouteBackendsList& routes, const http2::ConnectionCounts& connections,
                const Clock& clock)
      : routes_(routes), connections_(connections), clock_(clock) {}

  // Adds serin_access_log_dropped_total. `file` must outlive the metrics; call before Collect().
  void WatchAccessLog(const LineFile& file) { access_log_ = &file; }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const RouteBackendsList& routes_;
  const http2::ConnectionCounts& connections_;
  const Clock& clock_;
  const LineFile* access_log_ = nullptr;
};

}  // namespace serin::router
