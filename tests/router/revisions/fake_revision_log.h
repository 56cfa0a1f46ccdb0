#pragma once

#include <utility>
#include <vector>

#include "router/revisions/revision_log.h"

namespace serin::router {

// A log in memory whose disk a test can break.
class FakeRevisionLog final : public RevisionLog {
 public:
  absl::StatusOr<std::vector<Revision>> ReadAll() override { return revisions; }

  absl::Status Append(const Revision& revision) override {
    if (!next_error.ok()) return std::exchange(next_error, absl::OkStatus());
    revisions.push_back(revision);
    return absl::OkStatus();
  }

  std::vector<Revision> revisions;
  // What the next Append() answers without appending.
  absl::Status next_error;
};

}  // namespace serin::router
