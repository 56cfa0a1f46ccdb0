#pragma once

#include "router/dispatch/resolver.h"

namespace serin::router {

// The system's own resolver (getaddrinfo): A and AAAA records, /etc/hosts, search domains. An IPv6
// address is given only when this host has one itself. Thread-safe.
class SystemResolver final : public Resolver {
 public:
  absl::StatusOr<std::vector<std::string>> Resolve(const std::string& host,
                                                   const std::string& port) override;
};

}  // namespace serin::router
