#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

// Where a partition is read from when its group has committed nothing for it.
struct StartPosition {
  enum class Kind {
    kEarliest,
    kLatest,
    kCommitted,  // nowhere: that nothing is committed is an error
    kTimestamp,  // the first record of that time or later
    kOffsets,    // as listed; a partition that is not listed from its earliest record
  };

  // "earliest", "latest", "committed", "timestamp=" milliseconds since the epoch or RFC 3339, or
  // "topic:partition:offset[,...]". kcat's names mean the same: "beginning", "end", "stored",
  // "s@" milliseconds. Error: INVALID_ARGUMENT saying what was expected.
  static absl::StatusOr<StartPosition> Parse(std::string_view text);

  // librdkafka's auto.offset.reset, for what is not set when partitions are assigned: what is kept
  // is never skipped.
  const char* ResetPolicy() const;

  Kind kind = Kind::kEarliest;
  absl::Time timestamp;
  std::map<TopicPartition, int64_t> offsets;
};

}  // namespace serin::stream
