#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::router {

// How the endpoints of a version are reached.
struct VersionSpec {
  // EndpointTarget texts, each once.
  std::vector<std::string> endpoints;

  bool operator==(const VersionSpec& other) const = default;
};

// Where one or more endpoints are: "host:port" is one, whatever the host's name means;
// "dns:///host:port" is every address of the name, each an endpoint of its own.
struct EndpointTarget {
  std::string host;
  std::string port;
  bool by_name;

  // INVALID_ARGUMENT says what was expected.
  static absl::StatusOr<EndpointTarget> Parse(const std::string& text);
};

// What is wrong with a version's definition: `key: expected ..., got ...` each; none when it is
// good. `key` names the definition in the messages.
std::vector<std::string> FaultsOf(const std::string& key, const VersionSpec& spec);

}  // namespace serin::router
