#include "stream-client/sinks/dead_letter.h"

#include "absl/strings/str_cat.h"
#include "common/strings/utf8_prefix.h"

namespace serin::stream {
namespace {

// Keeps a dead letter that carries a whole stack trace within the broker's limits.
constexpr size_t kLongestMessage = 1024;

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
          {"serin-dlq-message", std::string(Utf8Prefix(failure.message, kLongestMessage))},
          {"serin-dlq-attempts", absl::StrCat(failure.attempts)},
          {"serin-dlq-topic", std::string(record.topic)},
          {"serin-dlq-partition", absl::StrCat(record.partition)},
          {"serin-dlq-offset", absl::StrCat(record.offset)},
          {"serin-dlq-timestamp", absl::StrCat(record.timestamp_ms)}};
}

}  // namespace serin::stream
