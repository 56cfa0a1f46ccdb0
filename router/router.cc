#include "router/router.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "router/grpc/make_endpoint.h"
#include "router/router_config.h"

namespace serin::router {
namespace {

// How soon a lost endpoint, a passed backoff and an expired item are noticed.
constexpr absl::Duration kTick = absl::Milliseconds(10);

// How soon a name that is due is resolved.
constexpr absl::Duration kNameTick = absl::Milliseconds(100);

// Watchers would hold the admin server for as long as it lets them.
constexpr absl::Duration kAdminGrace = absl::Milliseconds(100);

// A condition of readiness.
constexpr char kRevisionLog[] = "revision log";

constexpr char kPredictor[] = "serin.v1.Predictor";
constexpr char kInference[] = "inference.GRPCInferenceService";
constexpr char kCanaryAdmin[] = "serin.v1.CanaryAdmin";

TlsFiles FilesOf(const v1::config::ServerTlsConfig& tls) {
  return {
      .certificate = tls.certificate(), .private_key = tls.private_key(), .ca = tls.client_ca()};
}

// 0: no end.
absl::Duration AgeOf(const std::string& config) {
  const absl::Duration age = ConfigDuration(config);
  return age == absl::ZeroDuration() ? absl::InfiniteDuration() : age;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Router>> Router::Start(const v1::config::RouterConfig& config,
                                                      const std::string& config_path,
                                                      const KeepTrying& keep_trying) {
  auto router = std::unique_ptr<Router>(new Router(config, config_path));
  SERIN_RETURN_IF_ERROR(router->StartProbes());
  SERIN_RETURN_IF_ERROR(router->Build(keep_trying));
  SERIN_RETURN_IF_ERROR(router->Serve());
  return router;
}

Router::~Router() {
  Drain();
  control_loop_.reset();
  ticker_.reset();
  name_thread_.reset();
  dial_thread_.reset();
  if (subscription_ != 0) store_->Unsubscribe(subscription_);
  admin_endpoint_.reset();
  // What is still in flight fails now, while those who get the answers are there.
  endpoints_.reset();
}

// More loops than this find fewer calls each to put into a message; half of the processors are left
// to others.
size_t Router::DataLoops() {
  constexpr unsigned kMost = 4;
  return std::clamp(std::thread::hardware_concurrency() / 2, 1U, kMost);
}

absl::Status Router::StartProbes() {
  metrics_ = std::make_shared<RouterMetrics>(connections_, clock_);
  readiness_.OnChange([this](bool ready) {
    data_server_->SetServing(ready);
    spdlog::info("{}", ready ? "ready" : "not ready");
  });
  readiness_.Set(kRevisionLog, false, "is being read");
  SERIN_ASSIGN_OR_RETURN(admin_endpoint_,
                         AdminEndpoint::Start(config_.admin_listen(), metrics_, readiness_));
  return absl::OkStatus();
}

absl::Status Router::Build(const KeepTrying& keep_trying) {
  const KeepTrying tell = [&](const absl::Status& reason) {
    readiness_.Set(kRevisionLog, false,
                   absl::StrCat("waiting for ", config_.revision_log().kafka().brokers(), ": ",
                                reason.message()));
    return keep_trying(reason);
  };
  const bool may_come = keep_trying && !config_.revision_log().kafka().brokers().empty();
  SERIN_ASSIGN_OR_RETURN(OpenRoutes routes,
                         OpenRouteStore(LogOf(config_.revision_log()), RouteSpecs(config_), clock_,
                                        may_come ? tell : KeepTrying()));
  if (config_.revision_log().memory()) {
    spdlog::warn(
        "revision_log.memory: weights that are set at runtime last until this router ends");
  }
  log_ = std::move(routes.log);
  store_ = std::move(routes.store);
  BuildBackends();
  const v1::config::RouterLimitsConfig& limits = config_.limits();
  const PredictorLimits predictor_limits{
      .max_batch_items = limits.max_batch_items(),
      .default_timeout = ConfigDuration(limits.default_timeout())};
  SERIN_RETURN_IF_ERROR(OpenAccessLog());
  request_router_ = std::make_unique<RequestRouter>(backends_, clock_, limits.max_text_bytes(),
                                                    access_log_.get());
  predictor_ = std::make_unique<PredictorFront>(*request_router_, clock_, predictor_limits);
  inference_ = std::make_unique<InferenceService>(*request_router_, backends_, readiness_, clock_,
                                                  predictor_limits);
  canary_admin_ = std::make_unique<CanaryAdminService>(*store_, backends_);
  gateway_ = std::make_unique<PredictGateway>(*request_router_, clock_, predictor_limits);
  metrics_->WatchRoutes(backends_);
  if (access_log_file_ != nullptr) metrics_->WatchAccessLog(*access_log_file_);
  SERIN_ASSIGN_OR_RETURN(admin_access_,
                         AdminAccess::Create(config_.admin_access(), *metrics_, clock_));
  admin_gate_ = std::make_unique<CanaryAdminGate>(*canary_admin_, *admin_access_);
  control_loop_ = std::make_unique<ControlLoop>(*store_, *log_, *metrics_, config_, config_path_);
  return absl::OkStatus();
}

absl::Status Router::OpenAccessLog() {
  const v1::config::AccessLogConfig& config = config_.access_log();
  if (config.path().empty()) return absl::OkStatus();
  SERIN_ASSIGN_OR_RETURN(access_log_file_, LineFile::Open("access_log.path", config.path()));
  access_log_ = std::make_unique<AccessLog>(*access_log_file_, config.sample());
  return absl::OkStatus();
}

void Router::Reload() {
  if (access_log_file_ != nullptr) access_log_file_->Reopen();
}

void Router::BuildBackends() {
  endpoints_ = std::make_unique<EndpointPool>();
  directory_ = std::make_unique<EndpointDirectory>(
      *endpoints_, resolver_, clock_,
      [this](const std::string& address, const std::string& host, const std::string& route,
             const VersionSpec& spec, VersionStats& stats) -> std::shared_ptr<Upstream> {
        auto endpoint = MakeEndpoint(loops_, address, host, route, spec, clock_, stats.batch_items);
        if (endpoint.ok()) return *std::move(endpoint);
        spdlog::error("endpoint {} of route {} cannot be used: {}", address, route,
                      std::string(endpoint.status().message()));
        return nullptr;
      },
      ConfigDuration(config_.dns_refresh()));
  for (const auto& route : store_->routes()) {
    const std::shared_ptr<const ActiveRevision> active = route->active();
    spdlog::info("route {} starts at revision {}: {}", route->name(), active->number(),
                 active->record().slots);
    backends_.push_back(std::make_unique<RouteBackends>(*route, clock_.Now()));
  }
  subscription_ = store_->Subscribe(
      [this](const Route& route, const std::shared_ptr<const ActiveRevision>& published) {
        for (const auto& backends : backends_) {
          if (&backends->route() == &route) directory_->Follow(*backends, published);
        }
      });
  for (const auto& backends : backends_) {
    directory_->Follow(*backends, backends->route().active());
  }
}

absl::Status Router::Serve() {
  const v1::config::RouterLimitsConfig& limits = config_.limits();
  SERIN_ASSIGN_OR_RETURN(
      data_server_, DataPort::Start(loops_, *predictor_, clock_, connections_,
                                    {.listen = config_.listen(),
                                     .services = {inference_.get()},
                                     .health_names = {kPredictor, kInference},
                                     .max_message_bytes = limits.max_message_bytes(),
                                     .tls = FilesOf(config_.tls()),
                                     .max_connection_age = AgeOf(config_.connections().max_age()),
                                     .max_connection_age_grace =
                                         ConfigDuration(config_.connections().max_age_grace())}));
  SERIN_ASSIGN_OR_RETURN(admin_server_, GrpcServer::Start({.listen = config_.admin_grpc_listen(),
                                                           .services = {admin_gate_.get()},
                                                           .health_names = {kCanaryAdmin},
                                                           .tls = FilesOf(config_.admin_tls())}));
  SERIN_ASSIGN_OR_RETURN(
      http_server_,
      HttpServer::Start(
          loops_, {.listen = config_.http_listen(), .max_body_bytes = limits.max_message_bytes()},
          [this](const HttpRequest& request, HttpResponder responder) {
            gateway_->Handle(request, std::move(responder));
          }));
  admin_server_->SetServing(true);
  serving_ = true;
  // Sets the routes' conditions, without which the next would make it ready.
  Tick();
  readiness_.Set(kRevisionLog, true);
  ticker_ = std::make_unique<PeriodicThread>(kTick, [this] { Tick(); });
  dial_thread_ = std::make_unique<PeriodicThread>(kTick, [this] { endpoints_->Connect(); });
  name_telemetry_ = std::make_unique<NameTelemetry>(*metrics_);
  name_thread_ = std::make_unique<PeriodicThread>(kNameTick, [this] {
    directory_->ResolveDue();
    name_telemetry_->Tell(directory_->Names());
  });
  control_loop_->Start();
  spdlog::info("serving Predictor on {}, CanaryAdmin on {}, http on port {}",
               data_server_->address(), admin_server_->address(), http_server_->port());
  return absl::OkStatus();
}

void Router::Tick() {
  endpoints_->Tick();
  for (const auto& backends : backends_) {
    const Route& route = backends->route();
    const std::string& stable = route.spec().stable_version;
    readiness_.Set(absl::StrCat("route ", route.name()), backends->HasReadyEndpoint(stable),
                   absl::StrCat("no endpoint of the stable version ", stable, " is ready"));
  }
}

void Router::Drain() {
  if (!std::exchange(serving_, false)) return;
  readiness_.Set("running", false, "draining");
  const absl::Duration grace = ConfigDuration(config_.drain_timeout());
  // The ticker goes on, as calls in flight may still need their deadlines. Both ports at once, so
  // that neither takes requests while the other drains, and one grace is all it takes.
  std::thread http([&] { http_server_->Shutdown(grace); });
  data_server_->Shutdown(grace);
  http.join();
  admin_server_->Shutdown(kAdminGrace);
}

}  // namespace serin::router
