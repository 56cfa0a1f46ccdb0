#pragma once

#include <map>
#include <string>
#include <vector>

#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "router/dispatch/endpoint_directory.h"

namespace serin::router {

// Tells how the names of endpoints resolve: in serin_upstream_name_resolved and
// serin_upstream_name_addresses, and with a log line for each change. Not thread-safe.
class NameTelemetry {
 public:
  // `registry` must outlive the object.
  explicit NameTelemetry(prometheus::Registry& registry);

  void Tell(const std::vector<NameState>& names);

 private:
  struct Told {
    prometheus::Gauge* resolved;
    prometheus::Gauge* addresses;
    std::string text;
  };

  prometheus::Family<prometheus::Gauge>& resolved_;
  prometheus::Family<prometheus::Gauge>& addresses_;
  // By route, version and name.
  std::map<std::string, Told> told_;
};

}  // namespace serin::router
