#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace serin::model_server {

// What every text must satisfy before a model sees it: 1 to `max_bytes` bytes of UTF-8 without NUL.
//
// Error: INVALID_ARGUMENT that says what was expected and what came.
absl::Status CheckText(std::string_view text, size_t max_bytes);

}  // namespace serin::model_server
