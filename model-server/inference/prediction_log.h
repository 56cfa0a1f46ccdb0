#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// One answered query, as a log sees it. The views live during the call only.
struct PredictionRecord {
  absl::Time time;
  std::string_view request_id;
  std::string_view trace_id;
  std::string_view model;
  std::string_view version;
  std::string_view text;
  absl::Status status;
  Sentiment sentiment;  // when status is OK
  absl::Duration inference;
};

// The port through which sampled queries are logged. Thread-safe; must not block.
class PredictionLog {
 public:
  virtual ~PredictionLog() = default;
  // Whether the query at hand is one of the sample; asked once a query.
  virtual bool Samples() = 0;
  virtual void Write(const PredictionRecord& record) = 0;
};

}  // namespace serin::model_server
