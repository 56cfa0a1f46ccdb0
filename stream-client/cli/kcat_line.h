#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "absl/status/statusor.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

// A record as `kcat -C -J` and `serin-stream run -J` print one. Where it was read from (topic,
// partition, offset, broker) is left out.
struct KcatLine {
  std::optional<std::string> key;
  std::optional<std::string> payload;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  int64_t timestamp_ms = -1;  // -1: it had none

  // Points into this line.
  Record ToRecord() const;
};

// Error: INVALID_ARGUMENT for what is no JSON object in UTF-8, has no payload, or holds a key,
// payload, header or ts of another type than kcat's.
absl::StatusOr<KcatLine> ReadKcatLine(std::string_view line, simdjson::dom::parser& parser);

}  // namespace serin::stream
