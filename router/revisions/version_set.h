#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/revisions/route_spec.h"
#include "router/revisions/version_spec.h"

namespace serin::router {

// The versions a revision of a route knows, in their order; elsewhere they are named by their index
// in it. Immutable value.
class VersionSet {
 public:
  // The versions of the config file as the entries of a revision changed them: in the order of the
  // entries, then those that are new in the config. One that is neither in the config nor defined
  // at runtime is gone; the stable version of the config is always there and active.
  explicit VersionSet(const RouteSpec& config, const std::vector<VersionEntry>& entries = {});

  size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& operator[](size_t version) const { return names_[version]; }
  const VersionSpec& spec(size_t version) const { return specs_[version]; }
  bool active(size_t version) const { return entries_[version].state == VersionState::kActive; }
  // Defined at runtime, not by the config file.
  bool is_runtime(size_t version) const { return entries_[version].spec.has_value(); }

  // None when there is no such version.
  std::optional<uint16_t> Find(std::string_view name) const;

  // The version that answers when another fails.
  uint16_t stable() const { return stable_; }

  // One a version, then those of the config file that were removed.
  const std::vector<VersionEntry>& entries() const { return entries_; }

  // What differs from the config file: "v3 defined at runtime, v2 drained"; empty: nothing.
  std::string RuntimeText() const;

  // What a revision says of its versions: nothing when they are those of the config file.
  std::vector<VersionEntry> ForRevision() const;

 private:
  void Add(VersionEntry entry, const RouteSpec& config);

  std::vector<std::string> names_;
  std::vector<VersionSpec> specs_;
  std::vector<VersionEntry> entries_;
  uint16_t stable_;
};

}  // namespace serin::router
