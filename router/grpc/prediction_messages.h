#pragma once

#include "absl/status/status.h"
#include "router/dispatch/routed_call.h"
#include "serin/v1/predictor.pb.h"

namespace serin::router {

// Where the router's own types meet serin/v1/predictor.proto.

// What an upstream says of one item. INTERNAL when it says neither response nor error.
Outcome OutcomeFromMessage(const v1::BatchResult& result);

// Never OK: a code outside gRPC's becomes UNKNOWN.
absl::Status ErrorFromMessage(const v1::ItemError& error);

// Points the item at the request's fields; the request must outlive it.
void FillItem(const v1::PredictRequest& request, RoutedItem& item);

// The answer to a user whose item succeeded.
void FillResponse(const RoutedItem& item, std::string_view request_id,
                  v1::PredictResponse& response);

// The answer to one item of a batch, an error or a response.
void FillResult(const RoutedItem& item, std::string_view request_id, v1::BatchResult& result);

}  // namespace serin::router
