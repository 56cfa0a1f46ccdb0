#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "router/config_file_watch.h"
#include "router/periodic_thread.h"
#include "router/revisions/revision_log.h"
#include "router/revisions/route_store.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// What the control plane does by itself, a few times a second on a thread of its own: brings former
// weights back when a ttl has run out, follows the weights of the config file, and tells about
// drift and the revision log in metrics and log lines.
class ControlLoop {
 public:
  // The references must outlive the loop. `config_path` empty: there is no file to follow.
  ControlLoop(RouteStore& store, RevisionLog& log, prometheus::Registry& registry,
              const v1::config::RouterConfig& config, const std::string& config_path);

  void Start();

 private:
  void Turn();
  void FollowConfig();
  void ApplyBase(const v1::config::RouteConfig& route);
  void TellDrift();
  void TellLog();

  RouteStore& store_;
  RevisionLog& log_;
  std::unique_ptr<ConfigFileWatch> config_file_;
  prometheus::Family<prometheus::Gauge>& drift_;
  prometheus::Gauge& log_up_;
  prometheus::Counter& skipped_;
  // The drift last told, by route.
  std::map<std::string, std::string> told_;
  bool was_up_ = true;
  // Last, so that it ends first.
  std::unique_ptr<PeriodicThread> thread_;
};

}  // namespace serin::router
