#pragma once

#include "router/grpc/admin_access.h"
#include "router/grpc/canary_admin_service.h"
#include "serin/v1/canary_admin.grpc.pb.h"

namespace serin::router {

// serin.v1.CanaryAdmin on the admin port: checks the caller's role, then hands the call on. Calls
// that change something need an operator, the others a viewer. Thread-safe.
class CanaryAdminGate final : public v1::CanaryAdmin::CallbackService {
 public:
  // Both must outlive the gate.
  CanaryAdminGate(CanaryAdminService& service, AdminAccess& access)
      : service_(service), access_(access) {}

  grpc::ServerUnaryReactor* ListRoutes(grpc::CallbackServerContext* context,
                                       const v1::ListRoutesRequest* request,
                                       v1::ListRoutesResponse* response) override;
  grpc::ServerUnaryReactor* GetRoute(grpc::CallbackServerContext* context,
                                     const v1::GetRouteRequest* request,
                                     v1::Route* response) override;
  grpc::ServerWriteReactor<v1::Route>* WatchRoute(grpc::CallbackServerContext* context,
                                                  const v1::WatchRouteRequest* request) override;
  grpc::ServerUnaryReactor* SetWeights(grpc::CallbackServerContext* context,
                                       const v1::SetWeightsRequest* request,
                                       v1::SetWeightsResponse* response) override;
  grpc::ServerUnaryReactor* Rollback(grpc::CallbackServerContext* context,
                                     const v1::RollbackRequest* request,
                                     v1::SetWeightsResponse* response) override;
  grpc::ServerUnaryReactor* ResetWeights(grpc::CallbackServerContext* context,
                                         const v1::ResetWeightsRequest* request,
                                         v1::SetWeightsResponse* response) override;
  grpc::ServerUnaryReactor* AddVersion(grpc::CallbackServerContext* context,
                                       const v1::AddVersionRequest* request,
                                       v1::SetWeightsResponse* response) override;
  grpc::ServerUnaryReactor* RemoveVersion(grpc::CallbackServerContext* context,
                                          const v1::RemoveVersionRequest* request,
                                          v1::SetWeightsResponse* response) override;
  grpc::ServerUnaryReactor* SetVersionState(grpc::CallbackServerContext* context,
                                            const v1::SetVersionStateRequest* request,
                                            v1::SetWeightsResponse* response) override;
  grpc::ServerUnaryReactor* ListRevisions(grpc::CallbackServerContext* context,
                                          const v1::ListRevisionsRequest* request,
                                          v1::ListRevisionsResponse* response) override;
  grpc::ServerUnaryReactor* ExplainAssignment(grpc::CallbackServerContext* context,
                                              const v1::ExplainAssignmentRequest* request,
                                              v1::ExplainAssignmentResponse* response) override;

 private:
  absl::Status Check(const grpc::CallbackServerContext& context, AdminRole needed,
                     std::string_view method);

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Pass(AdminRole needed, std::string_view name,
                                 grpc::ServerUnaryReactor* (CanaryAdminService::*method)(
                                     grpc::CallbackServerContext*, const Request*, Response*),
                                 grpc::CallbackServerContext* context, const Request* request,
                                 Response* response);

  CanaryAdminService& service_;
  AdminAccess& access_;
};

}  // namespace serin::router
