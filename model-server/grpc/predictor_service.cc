#include "model-server/grpc/predictor_service.h"

#include <memory>
#include <string>
#include <utility>

#include "common/status/grpc_status.h"
#include "model-server/grpc/overload.h"
#include "model-server/grpc/predict_stream_reactor.h"
#include "model-server/grpc/prediction_messages.h"

namespace serin::model_server {
namespace {

// The checks of a call before its model is asked, then the answer.
absl::Status AnswerUnary(const ServingContext& serving, grpc::CallbackServerContext& context,
                         const v1::PredictRequest& request, v1::PredictResponse& response) {
  const CallState call(context);
  if (absl::Status status = call.Check(); !status.ok()) return status;
  const absl::StatusOr<AdmissionControl::Ticket> ticket = serving.admission.Admit(1);
  if (!ticket.ok()) {
    HintRetry(context);
    return ticket.status();
  }
  const std::shared_ptr<const ModelCatalog> catalog = serving.engine.catalog();
  return AnswerOne(serving.engine, *catalog, call, request, response);
}

}  // namespace

grpc::ServerUnaryReactor* PredictorService::Predict(grpc::CallbackServerContext* context,
                                                    const v1::PredictRequest* request,
                                                    v1::PredictResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status status = AnswerUnary(serving_, *context, *request, *response);
  if (status.ok()) context->AddInitialMetadata("serin-model-version", response->model_version());
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

grpc::ServerUnaryReactor* PredictorService::PredictBatch(grpc::CallbackServerContext* context,
                                                         const v1::PredictBatchRequest* request,
                                                         v1::PredictBatchResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<AdmissionControl::Ticket> ticket = AdmitBatch(serving_, request->items_size());
  if (!ticket.ok()) {
    HintRetry(*context);
    reactor->Finish(ToGrpcStatus(ticket.status()));
    return reactor;
  }
  auto call = std::make_shared<CallState>(*context);
  AnswerBatch(serving_, *std::move(ticket), *call, *request, *response,
              [reactor, call] { reactor->Finish(ToGrpcStatus(call->Check())); });
  return reactor;
}

grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>*
PredictorService::PredictStream(grpc::CallbackServerContext* context) {
  return new PredictStreamReactor(serving_, streams_, *context);
}

}  // namespace serin::model_server
