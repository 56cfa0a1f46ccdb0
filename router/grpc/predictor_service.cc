#include "router/grpc/predictor_service.h"

#include "common/status/grpc_status.h"
#include "router/grpc/batch_call.h"
#include "router/grpc/call_context.h"
#include "router/grpc/prediction_messages.h"
#include "router/grpc/stream_call.h"

namespace serin::router {
namespace {

// One Predict. Lives until gRPC is through with it; request and response live as long.
class UnaryCall final : public grpc::ServerUnaryReactor, public RoutedCall {
 public:
  UnaryCall(RequestRouter& router, grpc::CallbackServerContext& context,
            const v1::PredictRequest& request, v1::PredictResponse& response,
            absl::Time deadline_in)
      : router_(router), context_(context), request_(request), response_(response) {
    FillItem(request, item_);
    items = absl::MakeSpan(&item_, 1);
    deadline = deadline_in;
  }

 private:
  void OnAnswered() override {
    AddAnswerMetadata(item_, context_);
    if (!item_.outcome.ok()) return Finish(ToGrpcStatus(item_.outcome.status()));
    FillResponse(item_, request_.request_id(), response_);
    Finish(grpc::Status::OK);
  }

  void OnCancel() override { router_.Cancel(*this); }
  void OnDone() override { delete this; }

  RequestRouter& router_;
  grpc::CallbackServerContext& context_;
  const v1::PredictRequest& request_;
  v1::PredictResponse& response_;
  RoutedItem item_;
};

// One PredictBatch. Lives as long.
class UnaryBatchCall final : public grpc::ServerUnaryReactor, public BatchCall {
 public:
  UnaryBatchCall(RequestRouter& router, const v1::PredictBatchRequest& request,
                 v1::PredictBatchResponse& response, absl::Time deadline_in)
      : BatchCall(request, deadline_in), router_(router), response_(response) {}

 private:
  void OnAnswered() override {
    FillResponse(response_);
    Finish(grpc::Status::OK);
  }

  void OnCancel() override { router_.Cancel(*this); }
  void OnDone() override { delete this; }

  RequestRouter& router_;
  v1::PredictBatchResponse& response_;
};

}  // namespace

grpc::ServerUnaryReactor* PredictorService::Predict(grpc::CallbackServerContext* context,
                                                    const v1::PredictRequest* request,
                                                    v1::PredictResponse* response) {
  const absl::Time deadline = DeadlineOf(*context, clock_.Now(), limits_.default_timeout);
  auto* const call = new UnaryCall(router_, *context, *request, *response, deadline);
  router_.Start(*call);
  return call;
}

grpc::ServerUnaryReactor* PredictorService::PredictBatch(grpc::CallbackServerContext* context,
                                                         const v1::PredictBatchRequest* request,
                                                         v1::PredictBatchResponse* response) {
  if (const absl::Status fits = CheckBatchSize(*request, limits_.max_batch_items); !fits.ok()) {
    auto* const reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(fits));
    return reactor;
  }
  const absl::Time deadline = DeadlineOf(*context, clock_.Now(), limits_.default_timeout);
  auto* const call = new UnaryBatchCall(router_, *request, *response, deadline);
  router_.Start(*call);
  return call;
}

grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>*
PredictorService::PredictStream(grpc::CallbackServerContext* context) {
  return new StreamCall(router_, clock_, limits_, *context);
}

}  // namespace serin::router
