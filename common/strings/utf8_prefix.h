#pragma once

#include <cstddef>
#include <string_view>

namespace serin {

// The first `most` bytes at most, cut between two characters of UTF-8: readers of what is shown or
// logged refuse half a one.
inline std::string_view Utf8Prefix(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace serin
