#include "stream-client/cli/kafka_flags.h"

#include "absl/strings/str_cat.h"

namespace serin::stream {

void KafkaFlags::AddTo(CLI::App& command) {
  command.add_option("-b,--brokers", brokers,
                     "Kafka's bootstrap servers, host:port[,host:port...]");
  command.add_option("-t,--topic", topic, "The topic");
  command.add_option("-X,--property", properties, "A librdkafka property, name=value")
      ->allow_extra_args(false);
}

absl::StatusOr<std::map<std::string, std::string>> KafkaFlags::Properties() const {
  std::map<std::string, std::string> by_name;
  for (const std::string& property : properties) {
    const size_t equals = property.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("-X: expected name=value, got ", property.substr(0, equals)));
    }
    by_name[property.substr(0, equals)] = property.substr(equals + 1);
  }
  return by_name;
}

}  // namespace serin::stream
