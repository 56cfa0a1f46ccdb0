#pragma once

#include "model-server/batching/chunk_scheduler.h"
#include "model-server/inference/prediction_engine.h"
#include "serin/v1/predictor.pb.h"

namespace serin::model_server {

// Between the wire and the engine: answers the message of one item or of a whole batch.

// Sets `response` and returns OK, or returns the item's error.
absl::Status AnswerOne(const PredictionEngine& engine, const v1::PredictRequest& request,
                       v1::PredictResponse& response);

// What is refused before any item is looked at: RESOURCE_EXHAUSTED for more than `max_items`.
absl::Status CheckBatch(const v1::PredictBatchRequest& request, size_t max_items);

// Sets one result an item, in order, and then calls `done`, on this thread or a worker's. Both
// messages must live until then.
void AnswerBatch(const PredictionEngine& engine, ChunkScheduler& scheduler,
                 const v1::PredictBatchRequest& request, v1::PredictBatchResponse& response,
                 ChunkScheduler::Done done);

}  // namespace serin::model_server
