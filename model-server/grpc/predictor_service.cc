#include "model-server/grpc/predictor_service.h"

#include <memory>
#include <string>
#include <utility>

#include "common/status/grpc_status.h"
#include "common/strings/trace_context.h"
#include "model-server/grpc/batch_job.h"
#include "model-server/grpc/overload.h"
#include "model-server/grpc/predict_stream_reactor.h"
#include "model-server/grpc/prediction_messages.h"

namespace serin::model_server {
namespace {

// One Predict call whose model answers later.
struct LateAnswer {
  CallState call;
  AdmissionControl::Ticket ticket;
};

Query QueryOf(const v1::PredictRequest& request, const CallState& call) {
  return {.text = request.text(),
          .model = request.model(),
          .version = request.model_version(),
          .request_id = request.request_id(),
          .trace_id = TraceIdOf(request.traceparent()),
          .call = &call};
}

}  // namespace

grpc::ServerUnaryReactor* PredictorService::Predict(grpc::CallbackServerContext* context,
                                                    const v1::PredictRequest* request,
                                                    v1::PredictResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto finish = [context, request, response,
                       reactor](const absl::StatusOr<Prediction>& prediction) {
    if (prediction.ok()) {
      SetResponse(*prediction, request->request_id(), *response);
      context->AddInitialMetadata("serin-model-version", prediction->by->version);
    }
    reactor->Finish(ToGrpcStatus(prediction.status()));
  };
  const PredictionEngine& engine = serving_.engine;
  const std::shared_ptr<const ModelCatalog> catalog = engine.catalog();
  const CallState call(*context);
  const Query query = QueryOf(*request, call);
  if (absl::Status status = call.Check(); !status.ok()) {
    finish(engine.Refuse(*catalog, query, std::move(status)));
    return reactor;
  }
  absl::StatusOr<AdmissionControl::Ticket> ticket = serving_.admission.Admit(1);
  if (!ticket.ok()) {
    HintRetry(*context);
    finish(engine.Refuse(*catalog, query, ticket.status()));
  } else if (!catalog->batches()) {
    const absl::StatusOr<Prediction> prediction = engine.Predict(*catalog, query);
    *ticket = AdmissionControl::Ticket();
    finish(prediction);
  } else {
    auto late = std::make_shared<LateAnswer>(LateAnswer{CallState(*context), *std::move(ticket)});
    engine.Submit(
        catalog, QueryOf(*request, late->call), [late] { return late->call.Check(); },
        [late, finish](const absl::StatusOr<Prediction>& prediction) {
          late->ticket = AdmissionControl::Ticket();
          finish(prediction);
        });
  }
  return reactor;
}

grpc::ServerUnaryReactor* PredictorService::PredictBatch(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  (void)CallState(*context).trace_id();  // before there is more than one thread, see there
  serving_.AnswerMessage(request->Length(), [this, context, request, response, reactor] {
    AnswerBatch(*context, *request, *response, *reactor);
  });
  return reactor;
}

void PredictorService::AnswerBatch(grpc::CallbackServerContext& context,
                                   const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
                                   grpc::ServerUnaryReactor& reactor) {
  auto job = std::make_unique<BatchJob>(serving_, context);
  absl::Status status = job->Read(request);
  if (status.ok()) status = job->Admit();
  if (!status.ok()) {
    if (absl::IsResourceExhausted(status)) HintRetry(context, job->too_large());
    return serving_.FinishBatch([&reactor, status] { reactor.Finish(ToGrpcStatus(status)); });
  }
  BatchJob::Run(std::move(job), [&reactor, &context, &response](grpc::ByteBuffer answer) {
    response.Swap(&answer);
    reactor.Finish(ToGrpcStatus(CallState(context).Check()));
  });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PredictorService::PredictStream(
    grpc::CallbackServerContext* context) {
  return new PredictStreamReactor(serving_, streams_, *context);
}

}  // namespace serin::model_server
