#pragma once

#include "common/oip/server_calls.h"
#include "model-server/grpc/serving_context.h"

namespace serin::model_server {

// The Open Inference Protocol on top of the engine: live, ready, metadata and infer. Thread-safe.
class InferenceService : public oip::ServerCalls {
 public:
  // Both must outlive the server that serves this.
  InferenceService(const ServingContext& serving, const Readiness& readiness)
      : ServerCalls(readiness, "serin-model-server", {"model_repository"}), serving_(serving) {}

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
  const ServingContext& serving_;
};

}  // namespace serin::model_server
