#pragma once

#include "model-server/grpc/serving_context.h"
#include "model-server/grpc/stream_registry.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::model_server {

// serin.v1.Predictor on top of the engine. Thread-safe.
class PredictorService final : public v1::Predictor::CallbackService {
 public:
  // Both must outlive the server that serves this.
  PredictorService(const ServingContext& serving, StreamRegistry& streams)
      : serving_(serving), streams_(streams) {}

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerUnaryReactor* PredictBatch(grpc::CallbackServerContext* context,
                                         const v1::PredictBatchRequest* request,
                                         v1::PredictBatchResponse* response) override;
  grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>* PredictStream(
      grpc::CallbackServerContext* context) override;

 private:
  const ServingContext& serving_;
  StreamRegistry& streams_;
};

}  // namespace serin::model_server
