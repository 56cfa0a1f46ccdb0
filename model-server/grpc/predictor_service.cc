#include "model-server/grpc/predictor_service.h"

#include <memory>
#include <string>
#include <utility>

#include "common/status/grpc_status.h"
#include "model-server/grpc/batch_job.h"
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
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto job = std::make_unique<BatchJob>(serving_, *context);
  absl::Status status = job->Read(*request);
  if (status.ok()) status = job->Admit();
  if (!status.ok()) {
    if (absl::IsResourceExhausted(status)) HintRetry(*context);
    reactor->Finish(ToGrpcStatus(status));
    return reactor;
  }
  BatchJob::Run(std::move(job), [reactor, context, response](grpc::ByteBuffer answer) {
    response->Swap(&answer);
    reactor->Finish(ToGrpcStatus(CallState(*context).Check()));
  });
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PredictorService::PredictStream(
    grpc::CallbackServerContext* context) {
  return new PredictStreamReactor(serving_, streams_, *context);
}

}  // namespace serin::model_server
