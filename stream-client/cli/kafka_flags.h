#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"

namespace serin::stream {

// kcat's options for reaching a cluster: -b BROKERS, -t TOPIC, -X name=value (repeatable).
struct KafkaFlags {
  std::string brokers;
  std::string topic;
  std::vector<std::string> properties;

  void AddTo(CLI::App& command);
  // The -X options by name. Error: INVALID_ARGUMENT for one without "=".
  absl::StatusOr<std::map<std::string, std::string>> Properties() const;
};

}  // namespace serin::stream
