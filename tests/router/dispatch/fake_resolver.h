#pragma once

#include <map>
#include <string>
#include <vector>

#include "router/dispatch/resolver.h"

namespace serin::router {

// A network whose names a test gives and takes.
class FakeResolver final : public Resolver {
 public:
  absl::StatusOr<std::vector<std::string>> Resolve(const std::string& host,
                                                   const std::string& port) override {
    ++asked;
    if (!next_error.ok()) return next_error;
    std::vector<std::string> found;
    for (const std::string& ip : addresses[host]) found.push_back(ip + ":" + port);
    return found;
  }

  // By name.
  std::map<std::string, std::vector<std::string>> addresses;
  // What every call answers, when it is an error.
  absl::Status next_error;
  int asked = 0;
};

}  // namespace serin::router
