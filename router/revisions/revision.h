#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "router/revisions/version_spec.h"

namespace serin::router {

// Who made a revision: the config file, or somebody at runtime.
enum class RevisionSource { kConfig, kRuntime };

// One entry of a route's history, as the log keeps it: enough to replay every assignment.
struct Revision {
  std::string route;
  // 1 for the first revision of a route, then one more each.
  uint64_t number = 0;
  // As given, relative.
  std::map<std::string, uint32_t> weights;
  // The slot table, SlotTable::ToText().
  std::string slots;
  absl::Time created_at;
  std::string actor;
  std::string reason;
  // The caller's address; empty: the router itself.
  std::string peer;
  // When the weights of revision `reverts_to` come back; never, unless it was given a ttl.
  absl::Time expires_at = absl::InfiniteFuture();
  uint64_t reverts_to = 0;
  // Whose weights these are.
  RevisionSource source = RevisionSource::kRuntime;
  // All versions in their order, when any of them is not as the config file has it; else none.
  std::vector<VersionEntry> versions;
  // What was done to the versions, for people; empty: nothing.
  std::string change;

  bool operator==(const Revision& other) const = default;
};

}  // namespace serin::router
