#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace serin::model_server {

// Which versions of a model are served: the newest `latest` of them, every one, or those named.
struct VersionPolicy {
  enum class Kind { kLatest, kAll, kSpecific };
  Kind kind = Kind::kLatest;
  size_t latest = 1;                  // kLatest
  std::vector<std::string> specific;  // kSpecific
};

// The versions among `available` that the policy wants, from the oldest to the newest. A specific
// version that is not there is left out.
std::vector<std::string> SelectVersions(std::vector<std::string> available,
                                        const VersionPolicy& policy);

}  // namespace serin::model_server
