#pragma once

#include "model-server/grpc/call_state.h"
#include "model-server/grpc/serving_context.h"
#include "serin/v1/predictor.pb.h"

// Between the wire and the engine: answers the message of one item or of a whole batch.
namespace serin::model_server {

// Sets `response` and returns OK, or returns the item's error.
absl::Status AnswerOne(const PredictionEngine& engine, const ModelCatalog& catalog,
                       const CallState& call, const v1::PredictRequest& request,
                       v1::PredictResponse& response);

// Admits a batch or says why not: RESOURCE_EXHAUSTED for more than max_batch_items or by
// AdmissionControl.
absl::StatusOr<AdmissionControl::Ticket> AdmitBatch(const ServingContext& serving, int items);

// Sets one result an item, in order, and then calls `done`, on this thread or a worker's. Items
// that nobody waits for any more are not scored: they get what `call` says. The messages and `call`
// must live until `done` was called; the ticket goes with it.
void AnswerBatch(const ServingContext& serving, AdmissionControl::Ticket ticket,
                 const CallState& call, const v1::PredictBatchRequest& request,
                 v1::PredictBatchResponse& response, ChunkScheduler::Done done);

// {code, message} of a status that is not OK.
void SetError(const absl::Status& status, v1::ItemError& error);

}  // namespace serin::model_server
