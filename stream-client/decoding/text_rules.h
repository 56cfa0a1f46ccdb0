#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace serin::stream {

// INVALID_ARGUMENT: "FIELD: expected EXPECTED, got GOT".
absl::Status BadRecord(std::string_view field, std::string_view expected, std::string_view got);

// Whether models take the text, which is UTF-8: not empty, no NUL, at most `max_bytes`. Error:
// INVALID_ARGUMENT naming `field`.
absl::Status CheckText(std::string_view field, std::string_view text, size_t max_bytes);

}  // namespace serin::stream
