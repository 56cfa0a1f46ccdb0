#pragma once

#include <string_view>

namespace serin::model_server {

// Whether version `a` is older than `b`: runs of digits compare as numbers, everything else byte by
// byte, so that v2 < v10 and 1.9 < 1.10.
bool IsOlderVersion(std::string_view a, std::string_view b);

}  // namespace serin::model_server
