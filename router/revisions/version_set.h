#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/revisions/version_spec.h"

namespace serin::router {

// The versions a revision of a route knows, in their order; elsewhere they are named by their index
// in it. Immutable value.
class VersionSet {
 public:
  // `stable` is one of `names`; one without a definition has no endpoints.
  VersionSet(std::vector<std::string> names, std::string_view stable,
             const std::map<std::string, VersionSpec>& specs = {});

  size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& operator[](size_t version) const { return names_[version]; }

  const VersionSpec& spec(size_t version) const { return specs_[version]; }

  // None when there is no such version.
  std::optional<uint16_t> Find(std::string_view name) const;

  // The version that answers when another fails.
  uint16_t stable() const { return stable_; }

 private:
  std::vector<std::string> names_;
  std::vector<VersionSpec> specs_;
  uint16_t stable_;
};

}  // namespace serin::router
