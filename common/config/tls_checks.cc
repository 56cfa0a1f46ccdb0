#include "common/config/tls_checks.h"

#include "absl/strings/str_cat.h"

namespace serin {
namespace {

template <typename Tls>
void CheckPair(const std::string& key, const Tls& tls, ConfigFaults& faults) {
  if (tls.certificate().empty() != tls.private_key().empty()) {
    faults.Add(key, "both certificate and private_key, or neither", "one of them");
  }
}

}  // namespace

void CheckServerTls(const std::string& key, const v1::config::ServerTlsConfig& tls,
                    ConfigFaults& faults) {
  CheckPair(key, tls, faults);
  if (tls.certificate().empty() && !tls.client_ca().empty()) {
    faults.Add(key + ".certificate", absl::StrCat("a file, as ", key, ".client_ca is set"),
               "nothing");
  }
}

void CheckClientTls(const std::string& key, const v1::config::ClientTlsConfig& tls,
                    ConfigFaults& faults) {
  CheckPair(key, tls, faults);
  if (tls.ca().empty() && !(tls.certificate() + tls.server_name()).empty()) {
    faults.Add(key + ".ca", "a file, as other keys of tls are set", "nothing");
  }
}

}  // namespace serin
