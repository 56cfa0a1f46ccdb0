#pragma once

#include "model-server/grpc/serving_context.h"
#include "model-server/grpc/stream_registry.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::model_server {

// serin.v1.Predictor on top of the engine. Batches come and go as bytes (see BatchJob).
// Thread-safe.
class PredictorService final
    : public v1::Predictor::WithCallbackMethod_Predict<
          v1::Predictor::WithRawCallbackMethod_PredictBatch<
              v1::Predictor::WithRawCallbackMethod_PredictStream<v1::Predictor::Service>>> {
 public:
  // Both must outlive the server that serves this.
  PredictorService(const ServingContext& serving, StreamRegistry& streams)
      : serving_(serving), streams_(streams) {}

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerUnaryReactor* PredictBatch(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PredictStream(
      grpc::CallbackServerContext* context) override;

 private:
  void AnswerBatch(grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
                   grpc::ByteBuffer& response, grpc::ServerUnaryReactor& reactor);

  const ServingContext& serving_;
  StreamRegistry& streams_;
};

}  // namespace serin::model_server
