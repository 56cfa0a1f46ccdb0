#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace serin::model_server {

// SHA-256 of a file, as 64 lower-case hexadecimal digits. Error: NOT_FOUND if it cannot be read.
absl::StatusOr<std::string> Sha256OfFile(const std::string& path);

}  // namespace serin::model_server
