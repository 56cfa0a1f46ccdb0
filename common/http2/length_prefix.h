#pragma once

#include <cstddef>
#include <string>

namespace serin::http2 {

// Before every gRPC message: a flag, 0 for uncompressed, and the length in four bytes.
inline constexpr size_t kLengthPrefix = 5;

// Appends a prefix whose length is not known yet; says where it begins.
inline size_t BeginPrefixed(std::string& out) {
  const size_t start = out.size();
  out.append(kLengthPrefix, '\0');
  return start;
}

// Everything behind the prefix is the message.
inline void EndPrefixed(size_t start, std::string& out) {
  const size_t size = out.size() - start - kLengthPrefix;
  for (size_t i = 0; i < 4; ++i) out[start + 1 + i] = static_cast<char>(size >> (24 - 8 * i));
}

}  // namespace serin::http2
