#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace serin {

// Exit code of a process whose config is not usable (EX_USAGE of sysexits.h).
inline constexpr int kExitBadConfig = 64;
// Of one that failed otherwise.
inline constexpr int kExitFailed = 1;

// Collects everything wrong with a config, so that a user sees all of it at once.
class ConfigFaults {
 public:
  explicit ConfigFaults(std::string_view file) : file_(file) {}

  // key: a path such as "routes[0].versions[1].weight".
  void Add(std::string_view key, std::string_view expected, std::string_view got);

  bool empty() const { return lines_.empty(); }

  // OK, or INVALID_ARGUMENT with a line `file:key: expected ... got ...` for each fault.
  absl::Status ToStatus() const;

 private:
  std::string file_;
  std::vector<std::string> lines_;
};

}  // namespace serin
