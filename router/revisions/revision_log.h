#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/revisions/revision.h"

namespace serin::router {

// The port to the durable history of all routes. Append() is called by one thread at a time.
class RevisionLog {
 public:
  // An error says why the revision cannot be used here.
  using Listener = std::function<absl::Status(const Revision&)>;

  virtual ~RevisionLog() = default;

  // Every revision so far, in the order of the log.
  virtual absl::StatusOr<std::vector<Revision>> ReadAll() = 0;

  // OK: the revision is durable, a crash does not lose it. ABORTED: another router's revision of
  // this number came first; the listener has heard it. UNAVAILABLE: not in the log, and it will not
  // come back, unless the message says that this is not known.
  virtual absl::Status Append(const Revision& revision) = 0;

  // A log shared by several routers calls `listener` for every revision after those of ReadAll(),
  // one at a time and in order, this router's own too (before its Append() returns). Null: no
  // longer, also none that has begun.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): overriders keep it
  virtual void Follow(Listener /*listener*/) {}

  // Whether a change could be persisted now.
  virtual absl::Status Health() const { return absl::OkStatus(); }

  // Records that were passed over since the start, because they are no revisions of ours.
  virtual uint64_t skipped() const { return 0; }
};

}  // namespace serin::router
