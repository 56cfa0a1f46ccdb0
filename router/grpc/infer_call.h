#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "inference/grpc_service.pb.h"
#include "router/dispatch/predictor_limits.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

// One ModelInfer: each text of its tensor is an item that is routed as it would be alone. Tensors
// have no error of one element, so the first element that failed (by place) fails the call. Lives
// until gRPC is through with it; request and response live as long.
class InferCall final : public grpc::ServerUnaryReactor, public RoutedCall {
 public:
  // A call that waits for RequestRouter::Start(). Errors: INVALID_ARGUMENT (tensor or parameter),
  // RESOURCE_EXHAUSTED (more texts than the limit).
  static absl::StatusOr<InferCall*> Create(RequestRouter& router,
                                           grpc::CallbackServerContext& context,
                                           const inference::ModelInferRequest& request,
                                           inference::ModelInferResponse& response,
                                           const PredictorLimits& limits, absl::Time now);

 private:
  InferCall(RequestRouter& router, grpc::CallbackServerContext& context,
            const inference::ModelInferRequest& request, inference::ModelInferResponse& response)
      : router_(router), context_(context), request_(request), response_(response) {}

  void SetItems(const std::vector<std::string_view>& texts, std::string_view routing_key);
  absl::Status FirstError() const;
  void FillResponse();
  void OnAnswered() override;
  void OnCancel() override { router_.Cancel(*this); }
  void OnDone() override { delete this; }

  RequestRouter& router_;
  grpc::CallbackServerContext& context_;
  const inference::ModelInferRequest& request_;
  inference::ModelInferResponse& response_;
  std::string traceparent_;
  std::unique_ptr<RoutedItem[]> storage_;
};

}  // namespace serin::router
