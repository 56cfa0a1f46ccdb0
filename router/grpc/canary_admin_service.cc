#include "router/grpc/canary_admin_service.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
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
  const auto of_route =
      std::find_if(backends_.begin(), backends_.end(),
                   [&route](const auto& backends) { return &backends->route() == &route; });
  SERIN_CHECK(of_route != backends_.end());
  return **of_route;
}

absl::StatusOr<const RouteBackends*> CanaryAdminService::Find(const std::string& name) const {
  SERIN_ASSIGN_OR_RETURN(const Route* const route, store_.Find(name));
  return &BackendsOf(*route);
}

grpc::ServerUnaryReactor* CanaryAdminService::ListRoutes(grpc::CallbackServerContext* context,
                                                         const v1::ListRoutesRequest* /*request*/,
                                                         v1::ListRoutesResponse* response) {
  std::map<std::string, const RouteBackends*> by_name;
  for (const auto& backends : backends_) by_name[backends->route().name()] = backends.get();
  for (const auto& [name, backends] : by_name) {
    *response->add_routes() = ToMessage(*backends, *backends->route().active());
  }
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* CanaryAdminService::GetRoute(grpc::CallbackServerContext* context,
                                                       const v1::GetRouteRequest* request,
                                                       v1::Route* response) {
  const absl::StatusOr<const RouteBackends*> backends = Find(request->route());
  if (backends.ok()) *response = ToMessage(**backends, *(*backends)->route().active());
  return Finish(*context, backends.status());
}

grpc::ServerWriteReactor<v1::Route>* CanaryAdminService::WatchRoute(
    grpc::CallbackServerContext* /*context*/, const v1::WatchRouteRequest* request) {
  const absl::StatusOr<const RouteBackends*> backends = Find(request->route());
  if (!backends.ok()) return new FailedWatch(backends.status());
  const uint64_t newest = (*backends)->route().active()->number();
  if (request->from_revision() > newest) {
    return new FailedWatch(absl::InvalidArgumentError(
        absl::StrCat("from_revision: expected at most ", newest, ", the current revision, got ",
                     request->from_revision())));
  }
  return new RouteWatch(store_, **backends, request->from_revision());
}

RouteStore::ReadyCheck CanaryAdminService::IsReady() const {
  return [this](const Route& route, std::string_view version) {
    return BackendsOf(route).HasReadyEndpoint(std::string(version));
  };
}

grpc::ServerUnaryReactor* CanaryAdminService::SetWeights(grpc::CallbackServerContext* context,
                                                         const v1::SetWeightsRequest* request,
                                                         v1::SetWeightsResponse* response) {
  const WeightChange change = FromMessage(*request, context->peer());
  return Finish(*context, Answer(change, store_.SetWeights(change, IsReady()), *response));
}

grpc::ServerUnaryReactor* CanaryAdminService::Rollback(grpc::CallbackServerContext* context,
                                                       const v1::RollbackRequest* request,
                                                       v1::SetWeightsResponse* response) {
  const WeightChange change = FromMessage(*request, context->peer());
  const auto result = store_.Rollback(change, request->revision(), IsReady());
  return Finish(*context, Answer(change, result, *response));
}

grpc::ServerUnaryReactor* CanaryAdminService::ResetWeights(grpc::CallbackServerContext* context,
                                                           const v1::ResetWeightsRequest* request,
                                                           v1::SetWeightsResponse* response) {
  const WeightChange change = FromMessage(*request, context->peer());
  return Finish(*context, Answer(change, store_.Reset(change, IsReady()), *response));
}

grpc::ServerUnaryReactor* CanaryAdminService::AddVersion(grpc::CallbackServerContext* context,
                                                         const v1::AddVersionRequest* request,
                                                         v1::SetWeightsResponse* response) {
  const VersionChange change = FromMessage(*request, context->peer());
  return Finish(*context, Answer(change.note, store_.ChangeVersion(change), *response));
}

grpc::ServerUnaryReactor* CanaryAdminService::RemoveVersion(grpc::CallbackServerContext* context,
                                                            const v1::RemoveVersionRequest* request,
                                                            v1::SetWeightsResponse* response) {
  const VersionChange change = FromMessage(*request, context->peer());
  return Finish(*context, Answer(change.note, store_.ChangeVersion(change), *response));
}

grpc::ServerUnaryReactor* CanaryAdminService::SetVersionState(
    grpc::CallbackServerContext* context, const v1::SetVersionStateRequest* request,
    v1::SetWeightsResponse* response) {
  const VersionChange change = FromMessage(*request, context->peer());
  return Finish(*context, Answer(change.note, store_.ChangeVersion(change), *response));
}

absl::Status CanaryAdminService::Answer(const WeightChange& change,
                                        const absl::StatusOr<RouteStore::ChangeResult>& result,
                                        v1::SetWeightsResponse& response) const {
  SERIN_RETURN_IF_ERROR(result.status());
  response = ToMessage(BackendsOf(*result->route), *result);
  if (!change.dry_run) {
    const Revision& record = result->revision->record();
    spdlog::info("route {} is at revision {}: {} (before: {}){}{} by {} from {}, because: {}",
                 record.route, record.number, record.slots, result->base->record().slots,
                 record.change.empty() ? "" : ", ", record.change, change.actor, change.peer,
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
  SERIN_ASSIGN_OR_RETURN(response, Explain(*revision, request));
  return absl::OkStatus();
}

}  // namespace serin::router
