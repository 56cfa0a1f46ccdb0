#include "tools/mock-kafka/command.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/status/status_macros.h"

namespace serin::mock_kafka {
namespace {

using Words = absl::Span<const absl::string_view>;

struct Api {
  absl::string_view name;
  int16_t key;
};

// Names and keys of the Kafka protocol, as far as librdkafka's mock answers them.
constexpr std::array<Api, 17> kApis = {{{"produce", 0},
                                        {"fetch", 1},
                                        {"list-offsets", 2},
                                        {"metadata", 3},
                                        {"offset-commit", 8},
                                        {"offset-fetch", 9},
                                        {"find-coordinator", 10},
                                        {"join-group", 11},
                                        {"heartbeat", 12},
                                        {"leave-group", 13},
                                        {"sync-group", 14},
                                        {"api-versions", 18},
                                        {"init-producer-id", 22},
                                        {"add-partitions-to-txn", 24},
                                        {"add-offsets-to-txn", 25},
                                        {"end-txn", 26},
                                        {"txn-offset-commit", 28}}};

absl::Status Expected(absl::string_view what, absl::string_view got) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, ", got '", got, "'"));
}

absl::StatusOr<int> ParseNumber(absl::string_view what, absl::string_view word, int min, int max) {
  int number = 0;
  if (!absl::SimpleAtoi(word, &number) || number < min || number > max) {
    return Expected(absl::StrCat(what, " from ", min, " to ", max), word);
  }
  return number;
}

absl::StatusOr<int16_t> ParseApi(absl::string_view word) {
  for (const Api& api : kApis) {
    if (api.name == word) return api.key;
  }
  auto name = [](std::string* out, const Api& api) { absl::StrAppend(out, api.name); };
  return Expected(absl::StrCat("an API (", absl::StrJoin(kApis, ", ", name), ")"), word);
}

absl::StatusOr<int> ParseBroker(absl::string_view word) {
  return ParseNumber("a broker", word, 1, 1000);
}

absl::StatusOr<Command> ParseError(Words words) {
  if (words.size() != 2 && words.size() != 3) {
    return Expected("error API CODE [COUNT]", absl::StrJoin(words, " "));
  }
  InjectError command;
  SERIN_ASSIGN_OR_RETURN(command.api_key, ParseApi(words[0]));
  command.code = std::string(words[1]);
  if (words.size() == 3) {
    SERIN_ASSIGN_OR_RETURN(command.count, ParseNumber("a count", words[2], 1, 100'000));
  }
  return command;
}

absl::StatusOr<Command> ParseRoundTrip(Words words) {
  if (words.size() != 2) return Expected("rtt BROKER MS", absl::StrJoin(words, " "));
  SetRoundTrip command;
  SERIN_ASSIGN_OR_RETURN(command.broker, ParseBroker(words[0]));
  SERIN_ASSIGN_OR_RETURN(command.milliseconds, ParseNumber("milliseconds", words[1], 0, 600'000));
  return command;
}

absl::StatusOr<Command> ParseReachable(Words words, bool reachable) {
  if (words.size() != 1) return Expected("one broker", absl::StrJoin(words, " "));
  SERIN_ASSIGN_OR_RETURN(int broker, ParseBroker(words[0]));
  return SetReachable{.broker = broker, .reachable = reachable};
}

}  // namespace

absl::StatusOr<Command> ParseCommand(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.empty()) return Expected("a command", line);
  const Words arguments = Words(words).subspan(1);
  if (words[0] == "error") return ParseError(arguments);
  if (words[0] == "rtt") return ParseRoundTrip(arguments);
  if (words[0] == "down") return ParseReachable(arguments, false);
  if (words[0] == "up") return ParseReachable(arguments, true);
  if (words[0] == "quit" && arguments.empty()) return Quit{};
  return Expected("error, rtt, down, up or quit", absl::StripAsciiWhitespace(line));
}

absl::StatusOr<TopicSpec> ParseTopicSpec(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == 0 || colon == absl::string_view::npos) return Expected("NAME:PARTITIONS", text);
  SERIN_ASSIGN_OR_RETURN(int partitions,
                         ParseNumber("partitions", text.substr(colon + 1), 1, 1000));
  return TopicSpec{.name = std::string(text.substr(0, colon)), .partitions = partitions};
}

}  // namespace serin::mock_kafka
