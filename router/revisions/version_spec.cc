#include "router/revisions/version_spec.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/strings/absl_view.h"

namespace serin::router {

std::string_view StateName(VersionState state) {
  switch (state) {
    case VersionState::kActive:
      return "ACTIVE";
    case VersionState::kDrained:
      return "DRAINED";
    case VersionState::kRemoved:
      return "REMOVED";
  }
  return "";
}

bool IsName(std::string_view name) {
  constexpr size_t kLongest = 63;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

absl::StatusOr<EndpointTarget> EndpointTarget::Parse(const std::string& text) {
  absl::string_view rest = text;
  EndpointTarget target;
  target.by_name = absl::ConsumePrefix(&rest, "dns:///");
  const size_t colon = rest.rfind(':');
  uint32_t port = 0;
  const bool has_port = colon != absl::string_view::npos && colon > 0 &&
                        absl::SimpleAtoi(rest.substr(colon + 1), &port) && port >= 1 &&
                        port <= 65535;
  if (!has_port || rest.substr(0, colon).find('/') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected host:port or dns:///host:port, got \"", text, "\""));
  }
  target.host = std::string(rest.substr(0, colon));
  target.port = std::string(rest.substr(colon + 1));
  return target;
}

std::vector<std::string> FaultsOf(const std::string& key, const VersionSpec& spec) {
  std::vector<std::string> faults;
  if (spec.endpoints.empty()) {
    faults.push_back(absl::StrCat(key, "endpoints: expected at least one, got none"));
  }
  if (spec.protocol != "serin" && spec.protocol != "oip") {
    faults.push_back(
        absl::StrCat(key, "protocol: expected serin or oip, got \"", spec.protocol, "\""));
  }
  if (spec.tls.certificate.empty() != spec.tls.private_key.empty()) {
    faults.push_back(
        absl::StrCat(key, "tls: expected both certificate and private_key, or neither"));
  }
  if (spec.tls.ca.empty() && !(spec.tls == UpstreamTls())) {
    faults.push_back(absl::StrCat(key, "tls.ca: expected a file, got nothing"));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < spec.endpoints.size(); ++i) {
    const std::string& text = spec.endpoints[i];
    const std::string at = absl::StrCat(key, "endpoints[", i, "]: ");
    const absl::StatusOr<EndpointTarget> target = EndpointTarget::Parse(text);
    if (!target.ok()) faults.push_back(absl::StrCat(at, target.status().message()));
    if (!seen.insert(text).second) {
      faults.push_back(absl::StrCat(at, "expected each once, got ", text, " again"));
    }
  }
  return faults;
}

}  // namespace serin::router
