#pragma once

#include <atomic>

#include "common/http2/server_call.h"
#include "common/time/clock.h"
#include "router/dispatch/predictor_limits.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

// What the calls of one front end share.
struct FrontContext {
  RequestRouter& router;
  const Clock& clock;
  const PredictorLimits limits;
  // Handlers that exist; the last one to go leaves 0.
  std::atomic<int64_t> calls{0};
};

// serin.v1.Predictor on the data port: gives each of its calls a handler that turns messages into
// RoutedCalls and their answers into messages. Accept() on the loop of the call, by any loop.
class PredictorFront {
 public:
  // The references must outlive the front.
  PredictorFront(RequestRouter& router, const Clock& clock, const PredictorLimits& limits)
      : context_{router, clock, limits} {}
  // Waits until the last answer was taken, which needs the loops and the backends.
  ~PredictorFront();

  // Null when the path is none of serin.v1.Predictor.
  http2::CallHandler* Accept(http2::ServerCall& call);

 private:
  FrontContext context_;
};

}  // namespace serin::router
