#include "stream-client/sinks/dead_letter_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

constexpr std::string_view kPrefix = "serin-dlq-";
constexpr std::pair<std::string_view, std::string_view> kCoordinates[] = {
    {"serin-dlq-topic", "serin-replay-topic"},
    {"serin-dlq-partition", "serin-replay-partition"},
    {"serin-dlq-offset", "serin-replay-offset"}};

// The last header of that name; empty when there is none.
std::string_view Find(const std::vector<RecordHeader>& headers, std::string_view name) {
  std::string_view value;
  for (const RecordHeader& header : headers) {
    if (header.name == name) value = header.value.value_or("");
  }
  return value;
}

bool Chosen(const Record& letter, const ReplayFilter& filter) {
  const auto matches = [&](std::string_view name, const std::string& wanted) {
    return wanted.empty() || Find(letter.headers, name) == wanted;
  };
  int64_t offset = 0;
  return absl::SimpleAtoi(AbslView(Find(letter.headers, "serin-dlq-offset")), &offset) &&
         offset >= filter.first_offset && offset <= filter.last_offset &&
         matches("serin-dlq-stage", filter.stage) && matches("serin-dlq-code", filter.code) &&
         Find(letter.headers, "serin-dlq-message").find(filter.message) != std::string_view::npos;
}

}  // namespace

std::optional<Replay> ReadDeadLetter(const Record& letter, const ReplayFilter& filter) {
  Replay replay;
  replay.topic = Find(letter.headers, "serin-dlq-topic");
  if (replay.topic.empty() || !Chosen(letter, filter)) return std::nullopt;
  for (const RecordHeader& header : letter.headers) {
    if (header.name.substr(0, kPrefix.size()) != kPrefix) replay.headers.push_back(header);
  }
  const bool replayed_before = !Find(letter.headers, kCoordinates[0].second).empty();
  if (replayed_before) return replay;
  for (const auto& [from, to] : kCoordinates) {
    replay.headers.push_back({to, Find(letter.headers, from)});
  }
  return replay;
}

}  // namespace serin::stream
