#pragma once

#include <string>

#include "model-server/grpc/serving_context.h"
#include "serin/v1/predictor.pb.h"

// Between messages and the engine.
namespace serin::model_server {

void SetResponse(const Prediction& prediction, const std::string& request_id,
                 v1::PredictResponse& response);

// Admits a batch or says why not: RESOURCE_EXHAUSTED for more than max_batch_items or by
// AdmissionControl.
absl::StatusOr<AdmissionControl::Ticket> AdmitBatch(const ServingContext& serving, size_t items);

}  // namespace serin::model_server
