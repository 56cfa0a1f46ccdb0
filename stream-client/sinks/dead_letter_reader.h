#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stream-client/pipeline/record.h"

namespace serin::stream {

// Which dead letters to send back; what is empty does not restrict.
struct ReplayFilter {
  std::string stage;    // "decode", "predict" or "produce"
  std::string code;     // for example "UNAVAILABLE"
  std::string message;  // a part of the message
  // Offsets of the record that failed, in its own partition.
  int64_t first_offset = 0;
  int64_t last_offset = std::numeric_limits<int64_t>::max();
};

// A dead letter to send back.
struct Replay {
  std::string_view topic;  // where its record came from
  // The record's own headers, then its coordinates: serin-replay-topic, -partition and -offset.
  // Those of the first failure stay when it fails and is sent back again.
  std::vector<RecordHeader> headers;
};

// What to send back of a dead letter; nullopt when the filter leaves it out or it has no
// coordinates. The views point into the record.
std::optional<Replay> ReadDeadLetter(const Record& letter, const ReplayFilter& filter);

}  // namespace serin::stream
