#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "model-server/inference/prediction_log.h"
#include "serin/v1/config/model_server.pb.h"

namespace serin::model_server {

// The request log as JSON lines in a file. A thread of its own writes; predictions only append to a
// bounded buffer, and lose their line when it is full. Thread-safe.
class JsonPredictionLog final : public PredictionLog {
 public:
  static constexpr size_t kMaxBufferedBytes = 4 << 20;
  // Lines reach the file this long after they were written, at most; waking the writer for each
  // line would cost more than the prediction.
  static constexpr absl::Duration kFlushInterval = absl::Milliseconds(100);

  // Null when the config names no file. Error: INVALID_ARGUMENT if the file cannot be opened.
  static absl::StatusOr<std::unique_ptr<JsonPredictionLog>> Open(
      const v1::config::RequestLogConfig& config);

  // Writes what is buffered.
  ~JsonPredictionLog() override;

  bool Samples() override;
  void Write(const PredictionRecord& record) override;

  // Closes the file and opens its path anew, so that it can be renamed away before.
  void Reopen();

  // Lines that were lost because the disk was too slow or refused them.
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  JsonPredictionLog(const v1::config::RequestLogConfig& config, std::FILE* file);

  std::string Format(const PredictionRecord& record) const;
  void RunWriter();
  // What the writer does not leave for its next round.
  bool Urgent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return buffer_.size() >= kMaxBufferedBytes / 2 || reopen_ || stop_;
  }

  const v1::config::RequestLogConfig config_;
  const uint64_t sample_threshold_;  // of a uniform 64-bit number
  std::atomic<uint64_t> dropped_{0};
  absl::Mutex mutex_;
  std::string buffer_ ABSL_GUARDED_BY(mutex_);
  uint64_t buffered_lines_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reopen_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::FILE* file_;  // the writer's alone
  std::thread writer_;
};

}  // namespace serin::model_server
