#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"

namespace serin::stream {

// kcat's options for reaching a cluster: -b BROKERS, -t TOPIC, -X name=value (repeatable), -F FILE
// of such lines (# starts a comment); -X wins.
struct KafkaFlags {
  std::string brokers;
  std::string topic;
  std::vector<std::string> properties;
  std::string file = {};

  void AddTo(CLI::App& command);
  // The properties by name. Error: INVALID_ARGUMENT for one without "=", or a file that cannot be
  // read.
  absl::StatusOr<std::map<std::string, std::string>> Properties() const;
};

}  // namespace serin::stream
