#pragma once

#include <cstddef>

#include "model-server/admission/admission_control.h"
#include "model-server/batching/chunk_scheduler.h"
#include "model-server/inference/prediction_engine.h"

namespace serin::model_server {

// What every RPC that predicts works with. Nothing is owned.
struct ServingContext {
  const PredictionEngine& engine;
  ChunkScheduler& scheduler;
  AdmissionControl& admission;
  size_t max_batch_items;
};

}  // namespace serin::model_server
