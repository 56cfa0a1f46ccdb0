#pragma once

#include "model-server/grpc/call_state.h"
#include "model-server/grpc/serving_context.h"
#include "serin/v1/predictor.pb.h"

// Between messages and the engine.
namespace serin::model_server {

// Sets `response` and returns OK, or returns the item's error.
absl::Status AnswerOne(const PredictionEngine& engine, const ModelCatalog& catalog,
                       const CallState& call, const v1::PredictRequest& request,
                       v1::PredictResponse& response);

// Admits a batch or says why not: RESOURCE_EXHAUSTED for more than max_batch_items or by
// AdmissionControl.
absl::StatusOr<AdmissionControl::Ticket> AdmitBatch(const ServingContext& serving, size_t items);

}  // namespace serin::model_server
