#pragma once

#include <vector>

#include "serin/v1/predictor.pb.h"
#include "stream-client/scoring/attempt_book.h"

namespace serin::stream {

// Fills a request with the items of an attempt. The routing key is the record's key, or
// topic/partition/offset when it has none, so that a replay gets the same version. A record's
// `traceparent` header goes with it.
void FillRequest(const Attempt& attempt, v1::PredictBatchRequest& request);

// The answers of a response, one an item, in order.
std::vector<ItemAnswer> ReadAnswers(const v1::PredictBatchResponse& response);

}  // namespace serin::stream
