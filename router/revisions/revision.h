#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"

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
  RevisionSource source = RevisionSource::kRuntime;

  bool operator==(const Revision& other) const = default;
};

}  // namespace serin::router
