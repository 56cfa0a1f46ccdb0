#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "model-server/inference/prediction_engine.h"

// serin.v1.PredictBatchRequest and PredictBatchResponse, read and written in place: for a model of
// a microsecond, objects of them would cost more than the model. The field numbers are those of
// proto/serin/v1/predictor.proto, against whose generated code the tests compare.
namespace serin::model_server {

struct BatchHead {
  uint64_t batch_id = 0;
  size_t items = 0;  // also those beyond `max_items`
};

// Reads a request. `queries` becomes its first `max_items` items; their views point into `message`.
// Error: INVALID_ARGUMENT if the bytes are no such message.
absl::StatusOr<BatchHead> ReadBatch(std::string_view message, size_t max_items,
                                    std::vector<Query>& queries);

// The parts of a response, appended one after another: the id once, then a result an item in order,
// or the error of the whole batch.
void AppendBatchId(uint64_t batch_id, std::string& response);
void AppendPrediction(const Prediction& prediction, std::string_view request_id,
                      std::string& response);
void AppendItemError(const absl::Status& status, std::string& response);
void AppendBatchError(const absl::Status& status, std::string& response);

}  // namespace serin::model_server
