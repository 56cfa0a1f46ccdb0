#include "router/front/predictor_front.h"

#include "absl/time/clock.h"
#include "router/front/stream_call.h"
#include "router/front/unary_calls.h"

namespace serin::router {

PredictorFront::~PredictorFront() {
  // What was cancelled comes back within a turn of its loop.
  while (context_.calls.load(std::memory_order_acquire) > 0) absl::SleepFor(absl::Milliseconds(1));
}

http2::CallHandler* PredictorFront::Accept(http2::ServerCall& call) {
  const std::string_view path = call.path();
  constexpr std::string_view kService = "/serin.v1.Predictor/";
  if (path.substr(0, kService.size()) != kService) return nullptr;
  const std::string_view method = path.substr(kService.size());
  if (method == "Predict") return NewPredictCall(context_, call);
  if (method == "PredictBatch") return NewPredictBatchCall(context_, call);
  if (method == "PredictStream") return new StreamCall(context_, call);
  return nullptr;
}

}  // namespace serin::router
