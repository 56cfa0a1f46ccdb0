#include "model-server/telemetry/json_prediction_log.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/hashing/stable_hash.h"
#include "common/http/json_quote.h"
#include "model-server/telemetry/redacted_text.h"

namespace serin::model_server {
namespace {

std::FILE* OpenForAppend(const std::string& path) { return std::fopen(path.c_str(), "ae"); }

uint64_t ThresholdOf(double sample) {
  if (sample >= 1) return std::numeric_limits<uint64_t>::max();
  return static_cast<uint64_t>(std::ldexp(sample, 64));
}

// SplitMix64 (Steele, Lea, Flood 2014) on a counter of the thread.
uint64_t NextRandom() {
  thread_local uint64_t state = StableHash("request log", reinterpret_cast<uintptr_t>(&state));
  uint64_t x = state += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

void AppendField(std::string& line, const char* name, std::string_view value) {
  if (value.empty()) return;
  absl::StrAppend(&line, ",\"", name, "\":", JsonQuote(value));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JsonPredictionLog>> JsonPredictionLog::Open(
    const v1::config::RequestLogConfig& config) {
  if (config.path().empty()) return std::unique_ptr<JsonPredictionLog>();
  std::FILE* file = OpenForAppend(config.path());
  if (file == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("request_log.path: expected a file that can be appended to, got \"",
                     config.path(), "\": ", std::strerror(errno)));
  }
  return std::unique_ptr<JsonPredictionLog>(new JsonPredictionLog(config, file));
}

JsonPredictionLog::JsonPredictionLog(const v1::config::RequestLogConfig& config, std::FILE* file)
    : config_(config),
      sample_threshold_(ThresholdOf(config.sample())),
      file_(file),
      writer_([this] { RunWriter(); }) {}

JsonPredictionLog::~JsonPredictionLog() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  writer_.join();
  if (file_ != nullptr) std::fclose(file_);
}

bool JsonPredictionLog::Samples() {
  return NextRandom() < sample_threshold_ || config_.sample() >= 1;
}

void JsonPredictionLog::Write(const PredictionRecord& record) {
  const std::string line = Format(record);
  absl::MutexLock lock(&mutex_);
  if (buffer_.size() + line.size() > kMaxBufferedBytes) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  buffer_ += line;
  ++buffered_lines_;
}

std::string JsonPredictionLog::Format(const PredictionRecord& record) const {
  std::string line =
      absl::StrCat("{\"time\":\"", absl::FormatTime(record.time, absl::UTCTimeZone()),
                   "\",\"code\":\"", absl::StatusCodeToString(record.status.code()), "\"");
  AppendField(line, "model", record.model);
  AppendField(line, "version", record.version);
  AppendField(line, "request_id", record.request_id);
  AppendField(line, "trace_id", record.trace_id);
  if (record.status.ok()) {
    AppendField(line, "label", LabelName(record.sentiment.label));
    absl::StrAppend(&line, ",\"compound\":", absl::StrFormat("%.17g", record.sentiment.compound));
  } else {
    AppendField(line, "message", std::string(record.status.message()));
  }
  absl::StrAppendFormat(&line, ",\"inference_us\":%.1f",
                        absl::ToDoubleMicroseconds(record.inference));
  const RedactedText text(record.text, config_.text());
  if (!text.bytes.empty()) absl::StrAppend(&line, ",\"text_bytes\":", text.bytes);
  AppendField(line, "text_xxh3", text.xxh3);
  AppendField(line, "text", text.full);
  line += "}\n";
  return line;
}

void JsonPredictionLog::Reopen() {
  absl::MutexLock lock(&mutex_);
  reopen_ = true;
}

void JsonPredictionLog::RunWriter() {
  while (true) {
    std::string lines;
    uint64_t count = 0;
    bool reopen = false;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &JsonPredictionLog::Urgent), kFlushInterval);
      if (stop_ && buffer_.empty()) return;
      lines.swap(buffer_);
      count = std::exchange(buffered_lines_, 0);
      reopen = std::exchange(reopen_, false);
    }
    const bool written =
        file_ != nullptr &&
        (lines.empty() ||
         (std::fwrite(lines.data(), lines.size(), 1, file_) == 1 && std::fflush(file_) == 0));
    if (!written) dropped_.fetch_add(count, std::memory_order_relaxed);
    if (!reopen) continue;
    if (file_ != nullptr) std::fclose(file_);
    file_ = OpenForAppend(config_.path());
  }
}

}  // namespace serin::model_server
