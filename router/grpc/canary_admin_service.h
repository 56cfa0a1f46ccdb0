#pragma once

#include "absl/status/statusor.h"
#include "router/dispatch/request_router.h"
#include "router/revisions/route_store.h"
#include "serin/v1/canary_admin.grpc.pb.h"

namespace serin::router {

// serin.v1.CanaryAdmin, for callers whose rights have been checked. A change blocks its thread
// until the log has it. Thread-safe.
class CanaryAdminService final : public v1::CanaryAdmin::CallbackService {
 public:
  // Both must outlive the service; `backends` has the store's routes in their order.
  CanaryAdminService(RouteStore& store, const RouteBackendsList& backends)
      : store_(store), backends_(backends) {}

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
  RouteStore::ReadyCheck IsReady() const;
  // The answer to a change, and its line in the log.
  absl::Status Answer(const WeightChange& change,
                      const absl::StatusOr<RouteStore::ChangeResult>& result,
                      v1::SetWeightsResponse& response) const;
  absl::Status DoExplain(const v1::ExplainAssignmentRequest& request,
                         v1::ExplainAssignmentResponse& response) const;
  absl::StatusOr<const RouteBackends*> Find(const std::string& name) const;
  const RouteBackends& BackendsOf(const Route& route) const;

  RouteStore& store_;
  const RouteBackendsList& backends_;
};

}  // namespace serin::router
