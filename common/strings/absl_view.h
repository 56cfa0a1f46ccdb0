#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace serin {

// Debian builds Abseil with a string_view of its own, so the standard one does not convert to it.
// Our interfaces use std::string_view; these two stand where such a view meets Abseil.
inline absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view StdView(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace serin
