#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "router/revisions/revision_log.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// Asked with the reason after each time that Kafka did not answer; it takes the pause there shall
// be. False gives up.
using KeepTrying = std::function<bool(const absl::Status&)>;

// The log of the config: a Kafka topic when brokers are named, else the file. A Kafka that does not
// answer is tried again for as long as `keep_trying` says so, once when it is empty.
absl::StatusOr<std::unique_ptr<RevisionLog>> OpenRevisionLog(
    const v1::config::RevisionLogConfig& config, const KeepTrying& keep_trying);

}  // namespace serin::router
