#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/oip/server_calls.h"
#include "common/time/clock.h"
#include "router/dispatch/predictor_limits.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

// The Open Inference Protocol on the data port, as on a model server. A model is a route; an empty
// name is the default route. Thread-safe.
//
// ModelInfer without `model_version` assigns each text of the tensor by the weights; the string
// parameter `routing_key` of the request is the key of all of them. With `model_version` it is
// pinned. The reply's `model_version` names the version that answered; when there were several,
// each once with commas between. The parameters `serin-model-version`, `serin-assignment` (one
// value for all texts, or with commas one a text) and `serin-route-revision` say it in full, the
// response metadata of the same names each value once.
//
// A model is ready when the version asked for (without one: the stable version) has a ready
// endpoint.
class InferenceService final : public oip::ServerCalls {
 public:
  // The references must outlive the server that serves this.
  InferenceService(RequestRouter& router, const RouteBackendsList& routes,
                   const Readiness& readiness, const Clock& clock, const PredictorLimits& limits)
      : ServerCalls(readiness, "serin-router", {}),
        router_(router),
        routes_(routes),
        clock_(clock),
        limits_(limits) {}

  grpc::ServerUnaryReactor* ModelReady(grpc::CallbackServerContext* context,
                                       const inference::ModelReadyRequest* request,
                                       inference::ModelReadyResponse* response) override;
  grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                          const inference::ModelMetadataRequest* request,
                                          inference::ModelMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) override;

 private:
  using Active = std::shared_ptr<const ActiveRevision>;

  // The revision in force of the model's route. Errors: NOT_FOUND (model, version),
  // FAILED_PRECONDITION (the version is drained).
  absl::StatusOr<Active> Find(const std::string& model, const std::string& version) const;

  RequestRouter& router_;
  const RouteBackendsList& routes_;
  const Clock& clock_;
  const PredictorLimits limits_;
};

}  // namespace serin::router
