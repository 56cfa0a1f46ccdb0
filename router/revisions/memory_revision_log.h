#pragma once

#include <vector>

#include "router/revisions/revision_log.h"

namespace serin::router {

// No log at all: revisions live as long as the process, in the RouteStore. For trials, and for
// machines whose weights come from the config file alone.
class MemoryRevisionLog final : public RevisionLog {
 public:
  absl::StatusOr<std::vector<Revision>> ReadAll() override { return std::vector<Revision>(); }
  absl::Status Append(const Revision& /*revision*/) override { return absl::OkStatus(); }
};

}  // namespace serin::router
