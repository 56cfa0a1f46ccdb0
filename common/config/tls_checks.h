#pragma once

#include <string>

#include "common/config/config_faults.h"
#include "serin/v1/config/transport.pb.h"

namespace serin {

// Faults of what one key at a time cannot tell: files that go together. `key` is where the message
// stands in the config.
void CheckServerTls(const std::string& key, const v1::config::ServerTlsConfig& tls,
                    ConfigFaults& faults);
void CheckClientTls(const std::string& key, const v1::config::ClientTlsConfig& tls,
                    ConfigFaults& faults);

}  // namespace serin
