#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/telemetry/line_file.h"
#include "common/telemetry/sampler.h"
#include "model-server/inference/prediction_log.h"
#include "serin/v1/config/model_server.pb.h"

namespace serin::model_server {

// The request log as JSON lines in a file; see LineFile. Thread-safe.
class JsonPredictionLog final : public PredictionLog {
 public:
  // Null when the config names no file. Error: INVALID_ARGUMENT if the file cannot be opened.
  static absl::StatusOr<std::unique_ptr<JsonPredictionLog>> Open(
      const v1::config::RequestLogConfig& config);

  bool Samples() override { return sampler_.Takes(); }
  void Write(const PredictionRecord& record) override { file_->Write(Format(record)); }

  // Closes the file and opens its path anew, so that it can be renamed away before.
  void Reopen() { file_->Reopen(); }

  // Lines that were lost because the disk was too slow or refused them.
  uint64_t dropped() const { return file_->dropped(); }

 private:
  JsonPredictionLog(const v1::config::RequestLogConfig& config, std::unique_ptr<LineFile> file)
      : text_mode_(config.text()), sampler_(config.sample()), file_(std::move(file)) {}

  std::string Format(const PredictionRecord& record) const;

  const std::string text_mode_;
  const Sampler sampler_;
  const std::unique_ptr<LineFile> file_;
};

}  // namespace serin::model_server
