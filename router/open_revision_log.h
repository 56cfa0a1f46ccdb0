#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "router/revisions/revision_log.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// The log of the config: a Kafka topic when brokers are named, else the file.
absl::StatusOr<std::unique_ptr<RevisionLog>> OpenRevisionLog(
    const v1::config::RevisionLogConfig& config);

}  // namespace serin::router
