#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace serin::router {

// Makes a topic of one partition that keeps its records for ever, unless it is there. Errors:
// UNAVAILABLE when nobody knows of it within the timeout; FAILED_PRECONDITION when it has more
// partitions.
absl::Status EnsureOnePartitionTopic(rd_kafka_t* client, const std::string& name,
                                     absl::Duration timeout);

}  // namespace serin::router
