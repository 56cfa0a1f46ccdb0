#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "router/revisions/version_spec.h"

namespace serin::router {

// What the config file said of a route at the start.
struct RouteSpec {
  std::string name;
  std::string stable_version;
  std::vector<std::string> versions;
  std::map<std::string, uint32_t> weights;
  // By version.
  std::map<std::string, VersionSpec> specs;

  bool Has(const std::string& version) const;
  // Without endpoints when there is none.
  VersionSpec SpecOf(const std::string& version) const;
};

}  // namespace serin::router
