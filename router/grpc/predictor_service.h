#pragma once

#include "router/dispatch/request_router.h"
#include "router/grpc/predictor_limits.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::router {

// serin.v1.Predictor on the data port: turns RPCs into RoutedCalls and their answers into messages.
// Thread-safe.
class PredictorService final : public v1::Predictor::CallbackService {
 public:
  // The references must outlive the service.
  PredictorService(RequestRouter& router, const Clock& clock, const PredictorLimits& limits)
      : router_(router), clock_(clock), limits_(limits) {}

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
};

}  // namespace serin::router
