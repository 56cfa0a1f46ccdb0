#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "serin/v1/canary_admin.pb.h"

namespace serin::serinctl {

// The weights, in 1/10,000, after `version` gained `by` percentage points ("+10", "-2.5"); the
// others share what is left in their present proportion. INVALID_ARGUMENT for what is no such
// number, an unknown version, a share below 0 or above 100 %, and for a version that has all when
// there is nobody to give to.
absl::StatusOr<std::map<std::string, uint32_t>> ShiftedWeights(const v1::Route& route,
                                                               std::string_view version,
                                                               std::string_view by);

}  // namespace serin::serinctl
