#pragma once

#include "common/http/http_server.h"
#include "common/time/clock.h"
#include "router/dispatch/predictor_limits.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

// POST /predict with {"data": "text"} answers {"compound":..,"neg":..,"neu":..,"pos":..}, as the
// Flask service of many tutorials does. An array of such objects is a batch, split per item: it is
// answered with 200 and an array, in which an item has its scores and "version", or its own "code"
// and "error". The headers serin-model-version, serin-route-revision and
// serin-assignment say who answered; X-Routing-Key sets the routing key (of all
// items), traceparent is passed on. Errors are {"error": "..."}: 400 (JSON, data, text), 404
// (path), 405 (method), 413 (body), 429, 503, 504. A call whose client goes is cancelled.
// Thread-safe.
class PredictGateway {
 public:
  // The references must outlive the gateway.
  PredictGateway(RequestRouter& router, const Clock& clock, const PredictorLimits& limits)
      : router_(router),
        clock_(clock),
        timeout_(limits.default_timeout),
        max_items_(limits.max_batch_items) {}

  // For HttpServer::Start; on an event loop.
  void Handle(const HttpRequest& request, HttpResponder responder);

 private:
  RequestRouter& router_;
  const Clock& clock_;
  const absl::Duration timeout_;
  const size_t max_items_;
};

}  // namespace serin::router
