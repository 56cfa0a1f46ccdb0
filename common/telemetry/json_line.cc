#include "common/telemetry/json_line.h"

#include <utility>

#include "common/http/json_quote.h"
#include "common/strings/absl_view.h"

namespace serin {

JsonLine::JsonLine(absl::Time time)
    : line_(absl::StrCat("{\"time\":\"", absl::FormatTime(time, absl::UTCTimeZone()), "\"")) {}

void JsonLine::Add(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  absl::StrAppend(&line_, ",\"", AbslView(name), "\":");
  AppendJsonQuoted(value, line_);
}

void JsonLine::AddJson(std::string_view name, const absl::AlphaNum& json) {
  absl::StrAppend(&line_, ",\"", AbslView(name), "\":", json);
}

std::string JsonLine::Take() {
  line_ += "}\n";
  return std::move(line_);
}

}  // namespace serin
