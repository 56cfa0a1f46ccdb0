#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "model-server/batching/item_batcher.h"
#include "model-server/inference/model.h"
#include "model-server/inference/prediction_stats.h"

namespace serin::model_server {

// A loaded model under the name and version that clients ask for. Immutable, but for what it
// counts.
struct ServedModel {
  std::string name;
  std::string version;
  std::string platform;  // the backend, for metadata
  size_t max_text_bytes = 0;
  std::shared_ptr<const Model> model;
  // Null: each text is scored by the thread that has it.
  std::shared_ptr<ItemBatcher> batcher;
  // The version's, kept over reloads.
  std::shared_ptr<PredictionStats> stats;
};

}  // namespace serin::model_server
