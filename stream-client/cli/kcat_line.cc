#include "stream-client/cli/kcat_line.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

using simdjson::dom::element;
using OptionalString = std::optional<std::string>;

absl::Status Expected(std::string_view name, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(AbslView(name), ": expected ", AbslView(what)));
}

absl::StatusOr<OptionalString> StringOrNull(std::string_view name, element value) {
  if (value.is_null()) return OptionalString();
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return Expected(name, "a string or null");
  return OptionalString(text);
}

// Names and values in turn.
absl::Status ReadHeaders(element value, KcatLine& line) {
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS || items.size() % 2 != 0) {
    return Expected("headers", "an array of names and values in turn");
  }
  bool is_name = true;
  for (const element item : items) {
    SERIN_ASSIGN_OR_RETURN(OptionalString text, StringOrNull("headers", item));
    if (is_name && !text.has_value()) return Expected("headers", "names that are strings");
    if (is_name) {
      line.headers.emplace_back(*std::move(text), std::nullopt);
    } else {
      line.headers.back().second = std::move(text);
    }
    is_name = !is_name;
  }
  return absl::OkStatus();
}

absl::Status ReadTimestamp(simdjson::dom::object object, KcatLine& line) {
  element value;
  std::string_view type;
  if (object["ts"].get(value) != simdjson::SUCCESS) return absl::OkStatus();
  if (object["tstype"].get(type) == simdjson::SUCCESS && type == "unknown") return absl::OkStatus();
  if (value.get(line.timestamp_ms) == simdjson::SUCCESS) return absl::OkStatus();
  return Expected("ts", "milliseconds since the epoch");
}

}  // namespace

absl::StatusOr<KcatLine> ReadKcatLine(std::string_view text, simdjson::dom::parser& parser) {
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
    return Expected("line", "a JSON object, as kcat -J prints records");
  }
  KcatLine line;
  element value;
  if (object["payload"].get(value) != simdjson::SUCCESS) {
    return Expected("payload", "a string or null, got no such field");
  }
  SERIN_ASSIGN_OR_RETURN(line.payload, StringOrNull("payload", value));
  if (object["key"].get(value) == simdjson::SUCCESS) {
    SERIN_ASSIGN_OR_RETURN(line.key, StringOrNull("key", value));
  }
  if (object["headers"].get(value) == simdjson::SUCCESS) {
    SERIN_RETURN_IF_ERROR(ReadHeaders(value, line));
  }
  SERIN_RETURN_IF_ERROR(ReadTimestamp(object, line));
  return line;
}

Record KcatLine::ToRecord() const {
  Record record;
  record.key = key;
  record.value = payload;
  record.timestamp_ms = timestamp_ms;
  for (const auto& [name, value] : headers) record.headers.push_back({name, value});
  return record;
}

}  // namespace serin::stream
