#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::serinctl {

using Weights = std::map<std::string, uint32_t>;

// Reads weights as people type them, one "VERSION=WEIGHT" an argument: {"v1=80", "v2=20"}.
// INVALID_ARGUMENT names every argument that is wrong, and a version that is given twice. Whether a
// version exists and the sum is good is for the router to say.
absl::StatusOr<Weights> ParseWeights(const std::vector<std::string>& arguments);

}  // namespace serin::serinctl
