#include "router/grpc/canary_admin_service.h"

#include <spdlog/spdlog.h>

#include "common/status/check.h"
#include "common/status/grpc_status.h"
#include "common/status/status_macros.h"
#include "router/grpc/route_messages.h"
#include "router/grpc/route_watch.h"

namespace serin::router {
namespace {

constexpr uint32_t kDefaultRevisions = 100;

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext& context, const absl::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace

const RouteBackends& CanaryAdminService::BackendsOf(const Route& route) const {
  for (const auto& backends : backends_) {
    if (&backends->route == &route) return *backends;
  }
  SERIN_CHECK(false);
}

absl::StatusOr<const RouteBackends*> CanaryAdminService::Find(const std::string& name) const {
  SERIN_ASSIGN_OR_RETURN(const Route* const route, store_.Find(name));
  return &BackendsOf(*route);
}

grpc::ServerUnaryReactor* CanaryAdminService::ListRoutes(grpc::CallbackServerContext* context,
                                                         const v1::ListRoutesRequest* /*request*/,
                                                         v1::ListRoutesResponse* response) {
  std::map<std::string, const RouteBackends*> by_name;
  for (const auto& backends : backends_) by_name[backends->route.name()] = backends.get();
  for (const auto& [name, backends] : by_name) {
    *response->add_routes() = ToMessage(*backends, *backends->route.active());
  }
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* CanaryAdminService::GetRoute(grpc::CallbackServerContext* context,
                                                       const v1::GetRouteRequest* request,
                                                       v1::Route* response) {
  const absl::StatusOr<const RouteBackends*> backends = Find(request->route());
  if (backends.ok()) *response = ToMessage(**backends, *(*backends)->route.active());
  return Finish(*context, backends.status());
}

grpc::ServerWriteReactor<v1::Route>* CanaryAdminService::WatchRoute(
    grpc::CallbackServerContext* /*context*/, const v1::WatchRouteRequest* request) {
  const absl::StatusOr<const RouteBackends*> backends = Find(request->route());
  if (!backends.ok()) return new FailedWatch(backends.status());
  return new RouteWatch(store_, **backends);
}

grpc::ServerUnaryReactor* CanaryAdminService::SetWeights(grpc::CallbackServerContext* context,
                                                         const v1::SetWeightsRequest* request,
                                                         v1::SetWeightsResponse* response) {
  return Finish(*context, DoSetWeights(*request, context->peer(), *response));
}

absl::Status CanaryAdminService::DoSetWeights(const v1::SetWeightsRequest& request,
                                              const std::string& peer,
                                              v1::SetWeightsResponse& response) {
  const auto is_ready = [this](const Route& route, size_t version) {
    return BackendsOf(route).HasReadyEndpoint(version);
  };
  const WeightChange change = FromMessage(request, peer);
  SERIN_ASSIGN_OR_RETURN(const RouteStore::ChangeResult result,
                         store_.SetWeights(change, is_ready));
  *response.mutable_route() = ToMessage(BackendsOf(*result.route), *result.revision);
  response.set_moved_share(result.moved_share);
  if (!change.dry_run) {
    spdlog::info("route {} is at revision {}: {} by {}, because: {}", result.route->name(),
                 result.revision->number(), result.revision->record().slots, change.actor,
                 change.reason);
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CanaryAdminService::ListRevisions(grpc::CallbackServerContext* context,
                                                            const v1::ListRevisionsRequest* request,
                                                            v1::ListRevisionsResponse* response) {
  const absl::StatusOr<Route*> route = store_.Find(request->route());
  if (!route.ok()) return Finish(*context, route.status());
  const uint32_t limit = request->limit() == 0 ? kDefaultRevisions : request->limit();
  for (const Revision& revision : store_.History(**route, limit)) {
    *response->add_revisions() = ToMessage(revision);
  }
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* CanaryAdminService::ExplainAssignment(
    grpc::CallbackServerContext* context, const v1::ExplainAssignmentRequest* request,
    v1::ExplainAssignmentResponse* response) {
  return Finish(*context, DoExplain(*request, *response));
}

absl::Status CanaryAdminService::DoExplain(const v1::ExplainAssignmentRequest& request,
                                           v1::ExplainAssignmentResponse& response) const {
  SERIN_ASSIGN_OR_RETURN(const Route* const route, store_.Find(request.route()));
  SERIN_ASSIGN_OR_RETURN(const auto revision, store_.FindRevision(*route, request.revision()));
  SERIN_ASSIGN_OR_RETURN(response, Explain(*route, *revision, request));
  return absl::OkStatus();
}

}  // namespace serin::router
