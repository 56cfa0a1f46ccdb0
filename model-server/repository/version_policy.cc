#include "model-server/repository/version_policy.h"

#include <algorithm>

#include "model-server/inference/version_order.h"

namespace serin::model_server {

std::vector<std::string> SelectVersions(std::vector<std::string> available,
                                        const VersionPolicy& policy) {
  std::sort(available.begin(), available.end(), IsOlderVersion);
  switch (policy.kind) {
    case VersionPolicy::Kind::kAll:
      break;
    case VersionPolicy::Kind::kLatest: {
      const size_t surplus = available.size() - std::min(available.size(), policy.latest);
      available.erase(available.begin(), available.begin() + static_cast<ptrdiff_t>(surplus));
      break;
    }
    case VersionPolicy::Kind::kSpecific:
      std::erase_if(available, [&](const std::string& version) {
        return std::find(policy.specific.begin(), policy.specific.end(), version) ==
               policy.specific.end();
      });
      break;
  }
  return available;
}

}  // namespace serin::model_server
