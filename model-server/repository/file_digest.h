#pragma once

#include <string>
#include <string_view>

namespace serin::model_server {

// SHA-256, as 64 lower-case hexadecimal digits.
std::string Sha256(std::string_view bytes);

}  // namespace serin::model_server
