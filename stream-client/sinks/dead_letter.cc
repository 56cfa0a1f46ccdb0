#include "stream-client/sinks/dead_letter.h"

#include "absl/strings/str_cat.h"

namespace serin::stream {
namespace {

// Keeps a dead letter that carries a whole stack trace within the broker's limits.
constexpr size_t kLongestMessage = 1024;

// Cut between two characters: readers take headers for UTF-8.
std::string Shortened(const std::string& message) {
  if (message.size() <= kLongestMessage) return message;
  size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end);
}

}  // namespace

std::string_view StageName(Stage stage) {
  switch (stage) {
    case Stage::kDecode:
      return "decode";
    case Stage::kPredict:
      return "predict";
    case Stage::kProduce:
      return "produce";
  }
  return "";
}

std::vector<std::pair<std::string, std::string>> DeadLetterHeaders(const Record& record,
                                                                   const Failure& failure) {
  return {{"serin-dlq-stage", std::string(StageName(failure.stage))},
          {"serin-dlq-code", absl::StatusCodeToString(failure.code)},
          {"serin-dlq-message", Shortened(failure.message)},
          {"serin-dlq-attempts", absl::StrCat(failure.attempts)},
          {"serin-dlq-topic", std::string(record.topic)},
          {"serin-dlq-partition", absl::StrCat(record.partition)},
          {"serin-dlq-offset", absl::StrCat(record.offset)},
          {"serin-dlq-timestamp", absl::StrCat(record.timestamp_ms)}};
}

}  // namespace serin::stream
