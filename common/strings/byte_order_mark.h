#pragma once

#include <string_view>

namespace serin {

// What follows the byte order mark of UTF-8 that some editors and exports put before a text.
inline std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.substr(0, kMark.size()) == kMark) text.remove_prefix(kMark.size());
  return text;
}

}  // namespace serin
