#include "router/grpc/canary_admin_gate.h"

#include <grpcpp/security/auth_context.h>

#include "common/status/grpc_status.h"
#include "router/grpc/route_watch.h"

namespace serin::router {
namespace {

std::string ToString(grpc::string_ref text) { return {text.data(), text.size()}; }

AdminCaller CallerOf(const grpc::CallbackServerContext& context) {
  AdminCaller caller{.peer = context.peer(), .certificate_names = {}, .authorization = ""};
  const auto& metadata = context.client_metadata();
  if (const auto found = metadata.find("authorization"); found != metadata.end()) {
    caller.authorization = ToString(found->second);
  }
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return caller;
  for (const char* const property : {"x509_common_name", "x509_subject_alternative_name"}) {
    for (const grpc::string_ref& name : peer->FindPropertyValues(property)) {
      caller.certificate_names.push_back(ToString(name));
    }
  }
  return caller;
}

}  // namespace

absl::Status CanaryAdminGate::Check(const grpc::CallbackServerContext& context, AdminRole needed,
                                    std::string_view method) {
  return access_.Check(CallerOf(context), needed, method);
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* CanaryAdminGate::Pass(
    AdminRole needed, std::string_view name,
    grpc::ServerUnaryReactor* (CanaryAdminService::*method)(grpc::CallbackServerContext*,
                                                            const Request*, Response*),
    grpc::CallbackServerContext* context, const Request* request, Response* response) {
  const absl::Status allowed = Check(*context, needed, name);
  if (allowed.ok()) return (service_.*method)(context, request, response);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(allowed));
  return reactor;
}

grpc::ServerWriteReactor<v1::Route>* CanaryAdminGate::WatchRoute(
    grpc::CallbackServerContext* context, const v1::WatchRouteRequest* request) {
  const absl::Status allowed = Check(*context, AdminRole::kViewer, "WatchRoute");
  if (!allowed.ok()) return new FailedWatch(allowed);
  return service_.WatchRoute(context, request);
}

grpc::ServerUnaryReactor* CanaryAdminGate::ListRoutes(grpc::CallbackServerContext* context,
                                                      const v1::ListRoutesRequest* request,
                                                      v1::ListRoutesResponse* response) {
  return Pass(AdminRole::kViewer, "ListRoutes", &CanaryAdminService::ListRoutes, context, request,
              response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::GetRoute(grpc::CallbackServerContext* context,
                                                    const v1::GetRouteRequest* request,
                                                    v1::Route* response) {
  return Pass(AdminRole::kViewer, "GetRoute", &CanaryAdminService::GetRoute, context, request,
              response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::SetWeights(grpc::CallbackServerContext* context,
                                                      const v1::SetWeightsRequest* request,
                                                      v1::SetWeightsResponse* response) {
  return Pass(AdminRole::kOperator, "SetWeights", &CanaryAdminService::SetWeights, context, request,
              response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::Rollback(grpc::CallbackServerContext* context,
                                                    const v1::RollbackRequest* request,
                                                    v1::SetWeightsResponse* response) {
  return Pass(AdminRole::kOperator, "Rollback", &CanaryAdminService::Rollback, context, request,
              response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::ResetWeights(grpc::CallbackServerContext* context,
                                                        const v1::ResetWeightsRequest* request,
                                                        v1::SetWeightsResponse* response) {
  return Pass(AdminRole::kOperator, "ResetWeights", &CanaryAdminService::ResetWeights, context,
              request, response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::AddVersion(grpc::CallbackServerContext* context,
                                                      const v1::AddVersionRequest* request,
                                                      v1::SetWeightsResponse* response) {
  return Pass(AdminRole::kOperator, "AddVersion", &CanaryAdminService::AddVersion, context, request,
              response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::RemoveVersion(grpc::CallbackServerContext* context,
                                                         const v1::RemoveVersionRequest* request,
                                                         v1::SetWeightsResponse* response) {
  return Pass(AdminRole::kOperator, "RemoveVersion", &CanaryAdminService::RemoveVersion, context,
              request, response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::SetVersionState(
    grpc::CallbackServerContext* context, const v1::SetVersionStateRequest* request,
    v1::SetWeightsResponse* response) {
  return Pass(AdminRole::kOperator, "SetVersionState", &CanaryAdminService::SetVersionState,
              context, request, response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::ListRevisions(grpc::CallbackServerContext* context,
                                                         const v1::ListRevisionsRequest* request,
                                                         v1::ListRevisionsResponse* response) {
  return Pass(AdminRole::kViewer, "ListRevisions", &CanaryAdminService::ListRevisions, context,
              request, response);
}

grpc::ServerUnaryReactor* CanaryAdminGate::ExplainAssignment(
    grpc::CallbackServerContext* context, const v1::ExplainAssignmentRequest* request,
    v1::ExplainAssignmentResponse* response) {
  return Pass(AdminRole::kViewer, "ExplainAssignment", &CanaryAdminService::ExplainAssignment,
              context, request, response);
}

}  // namespace serin::router
