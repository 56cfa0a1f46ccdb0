#include "common/telemetry/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/http/json_quote.h"

namespace serin {
namespace {

// The fields of the line that this thread is writing. Our sinks format in the thread that logs.
thread_local absl::Span<const LogField> line_fields;

bool NeedsQuotes(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    return c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 127;
  });
}

void Append(std::string_view text, spdlog::memory_buf_t& dest) {
  dest.append(text.data(), text.data() + text.size());
}

// %* in a pattern: the message and the fields, as the members of a JSON object or as text.
class MessageAndFields final : public spdlog::custom_flag_formatter {
 public:
  explicit MessageAndFields(bool json) : json_(json) {}

  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& dest) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    Append(json_ ? JsonQuote(text) : std::string(text), dest);
    for (const auto& [name, value] : line_fields) {
      if (value.empty()) continue;
      Append(json_ ? ",\"" : " ", dest);
      Append(name, dest);
      Append(json_ ? "\":" : "=", dest);
      Append(json_ || NeedsQuotes(value) ? JsonQuote(value) : std::string(value), dest);
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<MessageAndFields>(json_);
  }

 private:
  const bool json_;
};

}  // namespace

void InitLogging(std::string_view process, std::string_view level, std::string_view format) {
  auto logger = spdlog::stderr_logger_mt(std::string(process));
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (format == "json") {
    formatter->add_flag<MessageAndFields>('*', true).set_pattern(
        "{\"time\":\"%Y-%m-%dT%H:%M:%S.%e%z\",\"level\":\"%l\",\"process\":\"%n\",\"message\":%*}");
  } else {
    formatter->add_flag<MessageAndFields>('*', false)
        .set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %n: %*");
  }
  logger->set_formatter(std::move(formatter));
  const auto parsed = spdlog::level::from_str(std::string(level));
  logger->set_level(parsed == spdlog::level::off ? spdlog::level::info : parsed);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void LogEvent(spdlog::level::level_enum level, std::string_view message,
              absl::Span<const LogField> fields) {
  line_fields = fields;
  spdlog::log(level, "{}", message);
  line_fields = {};
}

}  // namespace serin
