#include "model-server/telemetry/incident_log.h"

#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/telemetry/logging.h"
#include "model-server/telemetry/redacted_text.h"

namespace serin::model_server {
namespace {

// What the caller can mend is no matter for the operator's attention.
spdlog::level::level_enum LevelOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kCancelled:
      return spdlog::level::info;
    case absl::StatusCode::kOk:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

}  // namespace

bool IncidentLog::Samples() {
  if (config_.max_per_second() == 0) return false;
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  if (now - second_ >= absl::Seconds(1)) {
    second_ = now;
    lines_ = 0;
  }
  if (lines_ >= config_.max_per_second()) {
    ++left_out_;
    return false;
  }
  ++lines_;
  return true;
}

void IncidentLog::Write(const PredictionRecord& record) {
  uint64_t left_out = 0;
  {
    absl::MutexLock lock(&mutex_);
    left_out = std::exchange(left_out_, 0);
  }
  const std::string code = absl::StatusCodeToString(record.status.code());
  const std::string message =
      record.status.ok() ? "slow prediction" : absl::StrCat("refused: ", record.status.message());
  const std::string inference =
      record.inference == absl::ZeroDuration()
          ? ""
          : absl::StrFormat("%.1f", absl::ToDoubleMicroseconds(record.inference));
  const RedactedText text(record.text, config_.text());
  const std::string others = left_out == 0 ? "" : absl::StrCat(left_out);
  const std::array<LogField, 10> fields = {{{"code", code},
                                            {"model", record.model},
                                            {"version", record.version},
                                            {"request_id", record.request_id},
                                            {"trace_id", record.trace_id},
                                            {"inference_us", inference},
                                            {"text_bytes", text.bytes},
                                            {"text_xxh3", text.xxh3},
                                            {"text", text.full},
                                            {"left_out_before", others}}};
  LogEvent(LevelOf(record.status), message, fields);
}

}  // namespace serin::model_server
