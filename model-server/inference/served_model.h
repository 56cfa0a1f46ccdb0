#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// Told of every prediction of one model version, for metrics. Implementations must be thread-safe
// and cheap.
class PredictionObserver {
 public:
  virtual ~PredictionObserver() = default;
  virtual void OnPredicted(Label label, absl::Duration inference) = 0;
  virtual void OnRefused(absl::StatusCode code) = 0;
};

// A loaded model under the name and version that clients ask for. Immutable.
struct ServedModel {
  std::string name;
  std::string version;
  std::string platform;  // the backend, for metadata
  size_t max_text_bytes = 0;
  std::shared_ptr<const Model> model;
  std::shared_ptr<PredictionObserver> observer;
};

}  // namespace serin::model_server
