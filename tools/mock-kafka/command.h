#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// The commands serin-mock-kafka takes on standard input, one a line.
namespace serin::mock_kafka {

// `error API CODE [COUNT]`: the next COUNT (default 1) requests of that API fail with CODE.
struct InjectError {
  int16_t api_key = 0;  // of the Kafka protocol
  std::string code;     // a name such as NOT_ENOUGH_REPLICAS or a protocol error number
  int count = 1;
};

// `rtt BROKER MS`: every answer of the broker comes MS milliseconds late. Brokers count from 1.
struct SetRoundTrip {
  int broker = 0;
  int milliseconds = 0;
};

// `down BROKER` and `up BROKER`: close and refuse the broker's connections, or accept them again.
struct SetReachable {
  int broker = 0;
  bool reachable = true;
};

// `quit`: end the process.
struct Quit {};

using Command = std::variant<InjectError, SetRoundTrip, SetReachable, Quit>;

// Reads one line. INVALID_ARGUMENT names the word that is wrong and what was expected.
absl::StatusOr<Command> ParseCommand(absl::string_view line);

// A topic of the command line: "NAME:PARTITIONS".
struct TopicSpec {
  std::string name;
  int partitions = 1;
};
absl::StatusOr<TopicSpec> ParseTopicSpec(absl::string_view text);

}  // namespace serin::mock_kafka
