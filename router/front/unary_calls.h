#pragma once

#include "router/front/predictor_front.h"

namespace serin::router {

// The handler of a Predict; destroys itself.
http2::CallHandler* NewPredictCall(FrontContext& context, http2::ServerCall& call);

// The handler of a PredictBatch; destroys itself.
http2::CallHandler* NewPredictBatchCall(FrontContext& context, http2::ServerCall& call);

}  // namespace serin::router
