#include "stream-client/kafka/start_position.h"

#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

absl::Status Expected(absl::string_view got) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected earliest, latest, committed, timestamp=(milliseconds or RFC 3339) or "
                   "topic:partition:offset[,...], got ",
                   got));
}

std::optional<absl::Time> ParseTime(absl::string_view text) {
  int64_t milliseconds = 0;
  if (absl::SimpleAtoi(text, &milliseconds) && milliseconds >= 0) {
    return absl::FromUnixMillis(milliseconds);
  }
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return std::nullopt;
}

bool AddOffset(absl::string_view text, std::map<TopicPartition, int64_t>& offsets) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  TopicPartition partition;
  int64_t offset = 0;
  if (parts.size() != 3 || parts[0].empty() || !absl::SimpleAtoi(parts[1], &partition.partition) ||
      partition.partition < 0 || !absl::SimpleAtoi(parts[2], &offset) || offset < 0) {
    return false;
  }
  partition.topic = std::string(parts[0]);
  return offsets.emplace(std::move(partition), offset).second;
}

}  // namespace

absl::StatusOr<StartPosition> StartPosition::Parse(std::string_view text) {
  StartPosition start;
  absl::string_view rest = AbslView(text);
  if (rest == "earliest" || rest == "beginning") return start;
  if (rest == "latest" || rest == "end") {
    start.kind = Kind::kLatest;
    return start;
  }
  if (rest == "committed" || rest == "stored") {
    start.kind = Kind::kCommitted;
    return start;
  }
  if (absl::ConsumePrefix(&rest, "timestamp=") || absl::ConsumePrefix(&rest, "s@")) {
    const std::optional<absl::Time> time = ParseTime(rest);
    if (!time.has_value()) return Expected(AbslView(text));
    start.kind = Kind::kTimestamp;
    start.timestamp = *time;
    return start;
  }
  start.kind = Kind::kOffsets;
  for (const absl::string_view part : absl::StrSplit(rest, ',')) {
    if (!AddOffset(part, start.offsets)) return Expected(AbslView(text));
  }
  return start;
}

const char* StartPosition::ResetPolicy() const {
  switch (kind) {
    case Kind::kCommitted:
      return "error";
    default:
      return "earliest";
  }
}

}  // namespace serin::stream
