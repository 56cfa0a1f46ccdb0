#pragma once

#include "router/dispatch/predictor_limits.h"
#include "router/dispatch/request_router.h"
#include "router/grpc/arena_messages.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::router {

// serin.v1.Predictor on the data port: turns RPCs into RoutedCalls and their answers into messages.
// Thread-safe.
class PredictorService final : public v1::Predictor::CallbackService {
 public:
  // The references must outlive the service.
  PredictorService(RequestRouter& router, const Clock& clock, const PredictorLimits& limits)
      : router_(router), clock_(clock), limits_(limits) {
    SetMessageAllocatorFor_Predict(&messages_);
    SetMessageAllocatorFor_PredictBatch(&batch_messages_);
  }

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerUnaryReactor* PredictBatch(grpc::CallbackServerContext* context,
                                         const v1::PredictBatchRequest* request,
                                         v1::PredictBatchResponse* response) override;
  grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>* PredictStream(
      grpc::CallbackServerContext* context) override;

 private:
  RequestRouter& router_;
  const Clock& clock_;
  const PredictorLimits limits_;
  ArenaAllocator<v1::PredictRequest, v1::PredictResponse, 512> messages_;
  // The block holds some dozens of items.
  ArenaAllocator<v1::PredictBatchRequest, v1::PredictBatchResponse, 16 << 10> batch_messages_;
};

}  // namespace serin::router
