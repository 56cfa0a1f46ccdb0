#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::router {

// The port to the names of the network.
class Resolver {
 public:
  virtual ~Resolver() = default;

  // All addresses of a name, "1.2.3.4:port" or "[::1]:port" each. May block for seconds. Errors:
  // why there are none.
  virtual absl::StatusOr<std::vector<std::string>> Resolve(const std::string& host,
                                                           const std::string& port) = 0;
};

}  // namespace serin::router
