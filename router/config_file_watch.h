#pragma once

#include <optional>
#include <string>

#include "serin/v1/config/router.pb.h"

namespace serin::router {

// Notices that the config file says something else. By content, not by time stamp: Kubernetes
// replaces a mounted ConfigMap by way of a symbolic link. Not thread-safe.
class ConfigFileWatch {
 public:
  // `config` is what the file said when it was last read.
  ConfigFileWatch(std::string path, const v1::config::RouterConfig& config);

  // The file's config when it has changed and is valid. What is invalid is logged once and counts
  // for nothing; a change of anything but weights is logged, as it needs a restart.
  std::optional<v1::config::RouterConfig> Poll();

 private:
  const std::string path_;
  std::string content_;
  v1::config::RouterConfig config_;
};

}  // namespace serin::router
