#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/http/http_server.h"
#include "common/lifecycle/readiness.h"
#include "common/net/event_loops.h"
#include "common/rpc/grpc_server.h"
#include "common/telemetry/admin_endpoint.h"
#include "common/time/clock.h"
#include "router/backends/endpoint_pool.h"
#include "router/control_loop.h"
#include "router/dispatch/endpoint_directory.h"
#include "router/dispatch/request_router.h"
#include "router/dns/system_resolver.h"
#include "router/front/data_port.h"
#include "router/front/predictor_front.h"
#include "router/grpc/admin_access.h"
#include "router/grpc/canary_admin_gate.h"
#include "router/grpc/canary_admin_service.h"
#include "router/grpc/inference_service.h"
#include "router/http/predict_gateway.h"
#include "router/open_route_store.h"
#include "router/periodic_thread.h"
#include "router/revisions/revision_log.h"
#include "router/revisions/route_store.h"
#include "router/telemetry/access_log.h"
#include "router/telemetry/name_telemetry.h"
#include "router/telemetry/router_metrics.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// The composition root: everything serin-router is made of, built from its config and serving from
// Start() on. It is ready when every route's stable version has a ready endpoint.
class Router {
 public:
  // `config` has passed CheckRouterConfig; `config_path` is the file it came from, whose weights
  // are followed, or empty; `keep_trying` as in OpenRouteStore, asked of a log in Kafka alone.
  // Errors: an address in use, a revision log or token file that cannot be used.
  static absl::StatusOr<std::unique_ptr<Router>> Start(const v1::config::RouterConfig& config,
                                                       const std::string& config_path = "",
                                                       const KeepTrying& keep_trying = {});
  ~Router();

  // Not ready from now on; refuses new requests and waits for those in flight, at most the
  // config's drain_timeout. Idempotent.
  void Drain();

  // Opens the access log anew.
  void Reload();

  bool ready() const { return readiness_.ready(); }
  int port() const { return data_server_->port(); }
  int admin_grpc_port() const { return admin_server_->port(); }
  int http_port() const { return http_server_->port(); }
  int admin_port() const { return admin_endpoint_->port(); }

 private:
  Router(const v1::config::RouterConfig& config, const std::string& config_path)
      : config_(config), config_path_(config_path) {}

  static size_t DataLoops();

  // Answers probes and scrapes before there is anything else, as the revision log may be long in
  // coming.
  absl::Status StartProbes();
  absl::Status Build(const KeepTrying& keep_trying);
  absl::Status OpenAccessLog();
  absl::Status Serve();
  void BuildBackends();
  void Tick();

  const v1::config::RouterConfig config_;
  const std::string config_path_;
  RealClock clock_;
  // What the data port, the gateway and the streams to model servers run on.
  EventLoops loops_{DataLoops()};
  // Of the data port.
  http2::ConnectionCounts connections_;
  Readiness readiness_;
  std::unique_ptr<RevisionLog> log_;
  std::unique_ptr<RouteStore> store_;
  RouteBackendsList backends_;
  uint64_t subscription_ = 0;
  // Ends before backends_, whose counters endpoints write.
  std::unique_ptr<EndpointPool> endpoints_;
  SystemResolver resolver_;
  std::unique_ptr<EndpointDirectory> directory_;
  std::unique_ptr<PeriodicThread> ticker_;
  std::unique_ptr<PeriodicThread> dial_thread_;
  std::unique_ptr<NameTelemetry> name_telemetry_;
  std::unique_ptr<PeriodicThread> name_thread_;
  // Both null without an access log.
  std::unique_ptr<LineFile> access_log_file_;
  std::unique_ptr<AccessLog> access_log_;
  std::unique_ptr<RequestRouter> request_router_;
  std::unique_ptr<PredictorFront> predictor_;
  std::unique_ptr<InferenceService> inference_;
  std::unique_ptr<CanaryAdminService> canary_admin_;
  std::unique_ptr<AdminAccess> admin_access_;
  std::unique_ptr<CanaryAdminGate> admin_gate_;
  std::unique_ptr<PredictGateway> gateway_;
  std::shared_ptr<RouterMetrics> metrics_;
  std::unique_ptr<ControlLoop> control_loop_;
  // Servers come last, so that they end before what they serve.
  std::unique_ptr<DataPort> data_server_;
  std::unique_ptr<GrpcServer> admin_server_;
  std::unique_ptr<HttpServer> http_server_;
  std::unique_ptr<AdminEndpoint> admin_endpoint_;
  // From Serve() to Drain().
  bool serving_ = false;
};

}  // namespace serin::router
