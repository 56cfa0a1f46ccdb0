#include "stream-client/cli/kafka_flags.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin::stream {
namespace {

// The value may be a secret, so it is not repeated in the error.
absl::Status AddProperty(const char* flag, const std::string& property, KafkaProperties& by_name) {
  const size_t equals = property.find('=');
  if (equals == std::string::npos || equals == 0) {
    const std::string name = property.substr(0, property.find_first_of("= \t"));
    return absl::InvalidArgumentError(absl::StrCat(flag, ": expected name=value, got ", name));
  }
  std::string name = property.substr(0, equals);
  std::string value = property.substr(equals + 1);
  absl::StripTrailingAsciiWhitespace(&name);
  absl::StripLeadingAsciiWhitespace(&value);
  by_name[name] = value;
  return absl::OkStatus();
}

}  // namespace

void KafkaFlags::AddTo(CLI::App& command) {
  brokers_option = command.add_option("-b,--brokers", brokers,
                                      "Kafka's bootstrap servers, host:port[,host:port...]");
  command.add_option("-t,--topic", topic, "The topic");
  command.add_option("-X,--property", properties, "A librdkafka property, name=value")
      ->allow_extra_args(false);
  command.add_option("-F,--property-file", file,
                     "A file of librdkafka properties, name=value lines");
}

absl::StatusOr<KafkaConnection> KafkaFlags::Connection() const {
  KafkaConnection connection{.bootstrap_servers = brokers, .properties = {}};
  KafkaProperties& by_name = connection.properties;
  std::ifstream lines(file);
  if (!file.empty() && !lines) {
    return absl::InvalidArgumentError(absl::StrCat("-F: ", file, " cannot be read"));
  }
  for (std::string line; std::getline(lines, line);) {
    absl::StripAsciiWhitespace(&line);
    if (line.empty() || line[0] == '#') continue;
    SERIN_RETURN_IF_ERROR(AddProperty("-F", line, by_name));
  }
  for (const std::string& property : properties) {
    SERIN_RETURN_IF_ERROR(AddProperty("-X", property, by_name));
  }
  // Files made for kcat name the brokers so.
  const bool given = brokers_option != nullptr && brokers_option->count() > 0;
  for (const char* name : {"metadata.broker.list", "bootstrap.servers"}) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) continue;
    if (!given) connection.bootstrap_servers = found->second;
    by_name.erase(found);
  }
  return connection;
}

}  // namespace serin::stream
