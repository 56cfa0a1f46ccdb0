#include "router/router_config.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/config_loader.h"
#include "common/config/tls_checks.h"
#include "common/rpc/grpc_server.h"
#include "common/status/status_macros.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

void CheckName(const std::string& key, const std::string& name, std::set<std::string>& taken,
               ConfigFaults& faults) {
  if (!IsName(name)) {
    faults.Add(key, "1 to 63 letters, digits, '-', '_' or '.'", name);
  } else if (!taken.insert(name).second) {
    faults.Add(key, "a name that is not used before", name);
  }
}

VersionSpec SpecOf(const v1::config::VersionConfig& version) {
  return {.endpoints = {version.endpoints().begin(), version.endpoints().end()},
          .protocol = version.protocol(),
          .oip_model = version.oip_model(),
          .oip_version = version.oip_version(),
          .tls = {.ca = version.tls().ca(),
                  .certificate = version.tls().certificate(),
                  .private_key = version.tls().private_key(),
                  .server_name = version.tls().server_name()}};
}

void CheckEndpoints(const std::string& key, const v1::config::VersionConfig& version,
                    ConfigFaults& faults) {
  CheckClientTls(key + ".tls", version.tls(), faults);
  std::set<std::string> seen;
  for (int i = 0; i < version.endpoints_size(); ++i) {
    const std::string& endpoint = version.endpoints(i);
    const std::string at = absl::StrCat(key, ".endpoints[", i, "]");
    if (!EndpointTarget::Parse(endpoint).ok()) {
      faults.Add(at, "host:port or dns:///host:port", endpoint);
    } else if (!seen.insert(endpoint).second) {
      faults.Add(at, "each endpoint once", endpoint);
    }
  }
}

void CheckRoute(const std::string& key, const v1::config::RouteConfig& route,
                ConfigFaults& faults) {
  std::set<std::string> names;
  std::vector<std::string> versions;
  std::map<std::string, uint32_t> weights;
  for (int i = 0; i < route.versions_size(); ++i) {
    const v1::config::VersionConfig& version = route.versions(i);
    CheckName(absl::StrCat(key, ".versions[", i, "].name"), version.name(), names, faults);
    CheckEndpoints(absl::StrCat(key, ".versions[", i, "]"), version, faults);
    versions.push_back(version.name());
    weights[version.name()] = version.weight();
  }
  if (names.count(route.stable_version()) == 0) {
    faults.Add(key + ".stable_version", "one of " + absl::StrJoin(names, ", "),
               route.stable_version());
  }
  if (names.size() != versions.size()) return;
  if (const auto valid = Weights::Create(versions, weights); !valid.ok()) {
    faults.Add(key + ".versions", "valid weights", std::string(valid.status().message()));
  }
}

void CheckAdmin(const v1::config::RouterConfig& config, ConfigFaults& faults) {
  const v1::config::ServerTlsConfig& tls = config.admin_tls();
  const v1::config::AdminAccessConfig& access = config.admin_access();
  const bool has_mtls = access.clients_size() > 0 && !tls.client_ca().empty();
  if (access.clients_size() > 0 && tls.client_ca().empty()) {
    faults.Add("admin_tls.client_ca", "a file, as admin_access.clients is set", "nothing");
  }
  CheckServerTls("admin_tls", tls, faults);
  const bool knows_callers = !access.token_file().empty() || has_mtls;
  if (config.allow_insecure_admin() || IsLoopback(config.admin_grpc_listen())) return;
  if (!tls.certificate().empty() && knows_callers) return;
  faults.Add("admin_grpc_listen",
             "a loopback address, or admin_tls with admin_access.token_file or "
             "admin_access.clients, or allow_insecure_admin: true",
             config.admin_grpc_listen());
}

}  // namespace

absl::Status CheckRouterConfig(std::string_view file, const v1::config::RouterConfig& config) {
  ConfigFaults faults(file);
  std::set<std::string> names;
  for (int i = 0; i < config.routes_size(); ++i) {
    const std::string key = absl::StrCat("routes[", i, "]");
    CheckName(key + ".name", config.routes(i).name(), names, faults);
    CheckRoute(key, config.routes(i), faults);
  }
  CheckServerTls("tls", config.tls(), faults);
  CheckAdmin(config, faults);
  const v1::config::RevisionLogConfig& log = config.revision_log();
  if (log.memory() && !log.kafka().brokers().empty()) {
    faults.Add("revision_log.memory", "false, as revision_log.kafka.brokers is set", "true");
  }
  return faults.ToStatus();
}

absl::Status LoadRouterConfig(const std::string& path, v1::config::RouterConfig& config) {
  SERIN_RETURN_IF_ERROR(LoadConfig(path, config));
  return CheckRouterConfig(path, config);
}

std::vector<RouteSpec> RouteSpecs(const v1::config::RouterConfig& config) {
  std::vector<RouteSpec> specs;
  for (const v1::config::RouteConfig& route : config.routes()) {
    RouteSpec& spec = specs.emplace_back();
    spec.name = route.name();
    spec.stable_version = route.stable_version();
    for (const v1::config::VersionConfig& version : route.versions()) {
      spec.versions.push_back(version.name());
      spec.weights[version.name()] = version.weight();
      spec.specs[version.name()] = SpecOf(version);
    }
  }
  return specs;
}

}  // namespace serin::router
