#include "model-server/telemetry/json_prediction_log.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "common/status/status_macros.h"
#include "common/telemetry/json_line.h"
#include "model-server/telemetry/redacted_text.h"

namespace serin::model_server {

absl::StatusOr<std::unique_ptr<JsonPredictionLog>> JsonPredictionLog::Open(
    const v1::config::RequestLogConfig& config) {
  if (config.path().empty()) return std::unique_ptr<JsonPredictionLog>();
  SERIN_ASSIGN_OR_RETURN(std::unique_ptr<LineFile> file,
                         LineFile::Open("request_log.path", config.path()));
  return std::unique_ptr<JsonPredictionLog>(new JsonPredictionLog(config, std::move(file)));
}

std::string JsonPredictionLog::Format(const PredictionRecord& record) const {
  JsonLine line(record.time);
  line.Add("code", absl::StatusCodeToString(record.status.code()));
  line.Add("model", record.model);
  line.Add("version", record.version);
  line.Add("request_id", record.request_id);
  line.Add("trace_id", record.trace_id);
  if (record.status.ok()) {
    line.Add("label", LabelName(record.sentiment.label));
    line.AddJson("compound", absl::StrFormat("%.17g", record.sentiment.compound));
  } else {
    line.Add("message", std::string(record.status.message()));
  }
  line.AddJson("inference_us",
               absl::StrFormat("%.1f", absl::ToDoubleMicroseconds(record.inference)));
  const RedactedText text(record.text, text_mode_);
  if (!text.bytes.empty()) line.AddJson("text_bytes", text.bytes);
  line.Add("text_xxh3", text.xxh3);
  line.Add("text", text.full);
  return line.Take();
}

}  // namespace serin::model_server
