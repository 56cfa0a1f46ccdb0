#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::router {

// PEM files and name for TLS to the endpoints of a version; plaintext without `ca`.
struct UpstreamTls {
  std::string ca;
  std::string certificate;
  std::string private_key;
  // The name that certificates must have; empty: the endpoint's host.
  std::string server_name;

  bool operator==(const UpstreamTls& other) const = default;
};

// How the endpoints of a version are reached.
struct VersionSpec {
  // EndpointTarget texts, each once.
  std::vector<std::string> endpoints;
  // "serin" (serin.v1.Predictor) or "oip" (Open Inference Protocol).
  std::string protocol = "serin";
  // For oip: the model's name, empty: the route's; and its version, empty: the server's choice.
  std::string oip_model = {};
  std::string oip_version = {};
  UpstreamTls tls = {};

  bool operator==(const VersionSpec& other) const = default;
};

// Whether a version may get weight and be pinned. A removed one is only remembered while the config
// file still has it.
enum class VersionState { kActive, kDrained, kRemoved };

// "ACTIVE", "DRAINED", "REMOVED".
std::string_view StateName(VersionState state);

// What was said of a version at runtime.
struct VersionEntry {
  std::string name;
  VersionState state = VersionState::kActive;
  // None: the config file's.
  std::optional<VersionSpec> spec;

  bool operator==(const VersionEntry& other) const = default;
};

// Names stand in metrics, headers and the revision log, so they are kept simple: 1 to 63 letters,
// digits, '-', '_' or '.'.
bool IsName(std::string_view name);

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
