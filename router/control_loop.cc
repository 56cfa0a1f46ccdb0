#include "router/control_loop.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "router/revisions/drift.h"

namespace serin::router {
namespace {

constexpr absl::Duration kPeriod = absl::Milliseconds(100);

std::map<std::string, uint32_t> BaseWeights(const v1::config::RouteConfig& route) {
  std::map<std::string, uint32_t> weights;
  for (const v1::config::VersionConfig& version : route.versions()) {
    weights[version.name()] = version.weight();
  }
  return weights;
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

prometheus::Family<prometheus::Gauge>& Gauges(prometheus::Registry& registry, const char* name,
                                              const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

ControlLoop::ControlLoop(RouteStore& store, RevisionLog& log, prometheus::Registry& registry,
                         const v1::config::RouterConfig& config, const std::string& config_path)
    : store_(store),
      log_(log),
      drift_(Gauges(registry, "serin_route_drift",
                    "1 when the weights in force are not those of the config file.")),
      log_up_(
          Gauges(registry, "serin_revision_log_up", "1 when changes of weights can be persisted.")
              .Add({})),
      skipped_(prometheus::BuildCounter()
                   .Name("serin_revision_log_skipped_total")
                   .Help("Records of the revision log that are no revisions of ours.")
                   .Register(registry)
                   .Add({})) {
  if (!config_path.empty()) config_file_ = std::make_unique<ConfigFileWatch>(config_path, config);
  log_up_.Set(1);
  TellDrift();
}

void ControlLoop::Start() {
  thread_ = std::make_unique<PeriodicThread>(kPeriod, [this] { Turn(); });
}

void ControlLoop::Turn() {
  if (const absl::Status reverted = store_.RevertExpired(); !reverted.ok()) {
    spdlog::error("a ttl has run out, but: {}", Text(reverted));
  }
  FollowConfig();
  TellDrift();
  TellLog();
}

void ControlLoop::FollowConfig() {
  if (config_file_ == nullptr) return;
  const std::optional<v1::config::RouterConfig> changed = config_file_->Poll();
  if (!changed.has_value()) return;
  for (const v1::config::RouteConfig& route : changed->routes()) ApplyBase(route);
}

void ControlLoop::ApplyBase(const v1::config::RouteConfig& config) {
  const absl::StatusOr<Route*> route = store_.Find(config.name());
  if (!route.ok()) return;
  std::map<std::string, uint32_t> weights = BaseWeights(config);
  if (weights == *(*route)->base()) return;
  const absl::StatusOr<bool> applied = store_.ChangeBase(**route, std::move(weights));
  if (!applied.ok()) {
    spdlog::error("route {}: the weights of the changed config file are not in force: {}",
                  config.name(), Text(applied.status()));
  } else if (*applied) {
    spdlog::info("route {} is at revision {}: {}, because the config file has changed",
                 config.name(), (*route)->active()->number(), (*route)->active()->record().slots);
  }
}

void ControlLoop::TellDrift() {
  for (const std::unique_ptr<Route>& route : store_.routes()) {
    const std::string drift = DriftSummary(*route, *route->active());
    drift_.Add({{"route", route->name()}}).Set(drift.empty() ? 0 : 1);
    std::string& told = told_[route->name()];
    if (drift == told) continue;
    told = drift;
    if (drift.empty()) {
      spdlog::info("route {} drifts no more", route->name());
    } else {
      spdlog::warn("route {} drifts: {}", route->name(), drift);
    }
  }
}

void ControlLoop::TellLog() {
  const absl::Status health = log_.Health();
  log_up_.Set(health.ok() ? 1 : 0);
  skipped_.Increment(static_cast<double>(log_.skipped()) - skipped_.Value());
  if (health.ok() == was_up_) return;
  was_up_ = health.ok();
  if (was_up_) {
    spdlog::info("the revision log is back");
  } else {
    spdlog::error("the revision log fails, changes are refused: {}", Text(health));
  }
}

}  // namespace serin::router
