#pragma once

#include "common/lifecycle/readiness.h"
#include "inference/grpc_service.grpc.pb.h"
#include "model-server/grpc/serving_context.h"

namespace serin::model_server {

// The Open Inference Protocol on top of the engine: live, ready, metadata and infer. Thread-safe.
class InferenceService : public inference::GRPCInferenceService::CallbackService {
 public:
  // Both must outlive the server that serves this.
  InferenceService(const ServingContext& serving, const Readiness& readiness)
      : serving_(serving), readiness_(readiness) {}

  grpc::ServerUnaryReactor* ServerLive(grpc::CallbackServerContext* context,
                                       const inference::ServerLiveRequest* request,
                                       inference::ServerLiveResponse* response) override;
  grpc::ServerUnaryReactor* ServerReady(grpc::CallbackServerContext* context,
                                        const inference::ServerReadyRequest* request,
                                        inference::ServerReadyResponse* response) override;
  grpc::ServerUnaryReactor* ModelReady(grpc::CallbackServerContext* context,
                                       const inference::ModelReadyRequest* request,
                                       inference::ModelReadyResponse* response) override;
  grpc::ServerUnaryReactor* ServerMetadata(grpc::CallbackServerContext* context,
                                           const inference::ServerMetadataRequest* request,
                                           inference::ServerMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                          const inference::ModelMetadataRequest* request,
                                          inference::ModelMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) override;

 private:
  const ServingContext& serving_;
  const Readiness& readiness_;
};

}  // namespace serin::model_server
