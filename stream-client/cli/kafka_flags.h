#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"
#include "stream-client/kafka/kafka_settings.h"

namespace serin::stream {

// kcat's options for reaching a cluster: -b BROKERS, -t TOPIC, -X name=value (repeatable), -F FILE
// of such lines (# starts a comment); -X wins over -F, and -b over bootstrap.servers in either.
struct KafkaFlags {
  std::string brokers;
  std::string topic;
  std::vector<std::string> properties;
  std::string file = {};
  const CLI::Option* brokers_option = nullptr;

  void AddTo(CLI::App& command);
  // What they say of the cluster. Error: INVALID_ARGUMENT for a property without "=", or a file
  // that cannot be read.
  absl::StatusOr<KafkaConnection> Connection() const;
};

}  // namespace serin::stream
