#pragma once

#include <cstddef>
#include <string_view>

namespace serin {

// The trace id of a W3C traceparent, "00-<32 hex digits>-<16 hex digits>-<2 hex digits>"; "" when
// the value is too short for one. It is only written to logs, which quote it, so it is not checked
// further.
inline std::string_view TraceIdOf(std::string_view traceparent) {
  constexpr size_t kTraceIdAt = 3;
  constexpr size_t kTraceIdSize = 32;
  if (traceparent.size() < kTraceIdAt + kTraceIdSize) return "";
  return traceparent.substr(kTraceIdAt, kTraceIdSize);
}

}  // namespace serin
