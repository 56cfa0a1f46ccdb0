#include "model-server/grpc/predictor_service.h"

#include "common/status/grpc_status.h"
#include "model-server/grpc/predict_stream_reactor.h"
#include "model-server/grpc/prediction_messages.h"

namespace serin::model_server {

PredictorService::PredictorService(const PredictionEngine& engine, ChunkScheduler& scheduler,
                                   size_t max_batch_items)
    : engine_(engine), scheduler_(scheduler), max_batch_items_(max_batch_items) {}

grpc::ServerUnaryReactor* PredictorService::Predict(grpc::CallbackServerContext* context,
                                                    const v1::PredictRequest* request,
                                                    v1::PredictResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status status = AnswerOne(engine_, *request, *response);
  if (status.ok()) context->AddInitialMetadata("serin-model-version", engine_.model_version());
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

grpc::ServerUnaryReactor* PredictorService::PredictBatch(grpc::CallbackServerContext* context,
                                                         const v1::PredictBatchRequest* request,
                                                         v1::PredictBatchResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status status = CheckBatch(*request, max_batch_items_);
  if (!status.ok()) {
    reactor->Finish(ToGrpcStatus(status));
    return reactor;
  }
  AnswerBatch(engine_, scheduler_, *request, *response,
              [reactor] { reactor->Finish(grpc::Status::OK); });
  return reactor;
}

grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>*
PredictorService::PredictStream(grpc::CallbackServerContext*) {
  return new PredictStreamReactor(engine_, scheduler_, max_batch_items_);
}

}  // namespace serin::model_server
