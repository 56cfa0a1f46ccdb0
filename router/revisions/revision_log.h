#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/revisions/revision.h"

namespace serin::router {

// The port to the durable history of all routes. Called by one thread at a time.
class RevisionLog {
 public:
  virtual ~RevisionLog() = default;

  // Every revision in the order of appending.
  virtual absl::StatusOr<std::vector<Revision>> ReadAll() = 0;

  // OK: the revision is durable, a crash does not lose it. Error: it is not in the log and will
  // not come back.
  virtual absl::Status Append(const Revision& revision) = 0;
};

}  // namespace serin::router
