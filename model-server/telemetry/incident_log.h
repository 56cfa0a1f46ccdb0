#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/time/clock.h"
#include "model-server/inference/prediction_log.h"
#include "serin/v1/config/model_server.pb.h"

namespace serin::model_server {

// Queries that failed or were slow, as lines of the process's log with their request and trace ids;
// so many a second. Thread-safe.
class IncidentLog final : public PredictionLog {
 public:
  // `clock` must outlive the log.
  IncidentLog(const v1::config::IncidentLogConfig& config, const Clock& clock)
      : config_(config), clock_(clock) {}

  // Whether this second's lines are not used up.
  bool Samples() override;
  void Write(const PredictionRecord& record) override;

 private:
  const v1::config::IncidentLogConfig config_;
  const Clock& clock_;
  absl::Mutex mutex_;
  absl::Time second_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // when it began
  uint32_t lines_ ABSL_GUARDED_BY(mutex_) = 0;                        // in it
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;                     // since the last line
};

}  // namespace serin::model_server
