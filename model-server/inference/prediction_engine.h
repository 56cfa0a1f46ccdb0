#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// A model under the name and version that clients ask for.
struct ServedModel {
  std::string name;
  std::string version;
  std::shared_ptr<const Model> model;
};

// One thing to score. The views must live until Predict() returns.
struct Query {
  std::string_view text;
  std::string_view model;    // empty: the one that is served
  std::string_view version;  // empty: the one that is served
};

// Told of every prediction, for metrics. Implementations must be thread-safe and cheap.
class PredictionObserver {
 public:
  virtual ~PredictionObserver() = default;
  virtual void OnPredicted(Label label, absl::Duration inference) = 0;
  virtual void OnRefused(absl::StatusCode code) = 0;
};

// Checks a query and has the model answer it: the one path of all RPCs to the model. Thread-safe.
class PredictionEngine {
 public:
  // `observer` and `clock` are not owned and must outlive the engine.
  PredictionEngine(ServedModel served, size_t max_text_bytes, PredictionObserver& observer,
                   const Clock& clock);

  // Errors: NOT_FOUND (a model or version that is not served), INVALID_ARGUMENT (the text), and
  // what the model itself says.
  absl::StatusOr<Sentiment> Predict(const Query& query) const;

  const std::string& model_name() const { return served_.name; }
  const std::string& model_version() const { return served_.version; }

 private:
  absl::Status Check(const Query& query) const;

  const ServedModel served_;
  const size_t max_text_bytes_;
  PredictionObserver& observer_;
  const Clock& clock_;
};

}  // namespace serin::model_server
