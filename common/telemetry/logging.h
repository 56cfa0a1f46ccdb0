#pragma once

#include <spdlog/common.h>

#include <string_view>
#include <utility>

#include "absl/types/span.h"

namespace serin {

// Sets up the process's default spdlog logger on standard error; call it once, in main(). After it,
// spdlog::info("...") and its siblings are used as they are.
//
// level: trace, debug, info, warning or error. format: text (for people) or json (one object a
// line: time, level, process, message). An unknown word counts as info, or text.
void InitLogging(std::string_view process, std::string_view level, std::string_view format);

using LogField = std::pair<std::string_view, std::string_view>;

// Writes a line about one thing with what tells it from others, a request's id for example. json:
// the fields are strings of the line's object; text: they follow the message as name=value, quoted
// where that is needed, so that no value can look like a field or a line. Empty values are left
// out.
void LogEvent(spdlog::level::level_enum level, std::string_view message,
              absl::Span<const LogField> fields);

}  // namespace serin
