#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "model-server/inference/model_content.h"

namespace serin::model_server {

// Error: NOT_FOUND naming the file if it cannot be read.
absl::StatusOr<FileContent> ReadContent(const std::string& path);

}  // namespace serin::model_server
