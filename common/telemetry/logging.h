#pragma once

#include <string_view>

namespace serin {

// Sets up the process's default spdlog logger on standard error; call it once, in main(). After it,
// spdlog::info("...") and its siblings are used as they are.
//
// level: trace, debug, info, warning or error. format: text (for people) or json (one object a
// line: time, level, process, message). An unknown word counts as info, or text.
void InitLogging(std::string_view process, std::string_view level, std::string_view format);

}  // namespace serin
