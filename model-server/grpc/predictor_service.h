#pragma once

#include "model-server/batching/chunk_scheduler.h"
#include "model-server/inference/prediction_engine.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::model_server {

// serin.v1.Predictor on top of a PredictionEngine. Thread-safe.
class PredictorService final : public v1::Predictor::CallbackService {
 public:
  // Nothing is owned; all must outlive the server that serves this.
  PredictorService(const PredictionEngine& engine, ChunkScheduler& scheduler,
                   size_t max_batch_items);

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerUnaryReactor* PredictBatch(grpc::CallbackServerContext* context,
                                         const v1::PredictBatchRequest* request,
                                         v1::PredictBatchResponse* response) override;
  grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>* PredictStream(
      grpc::CallbackServerContext* context) override;

 private:
  const PredictionEngine& engine_;
  ChunkScheduler& scheduler_;
  const size_t max_batch_items_;
};

}  // namespace serin::model_server
