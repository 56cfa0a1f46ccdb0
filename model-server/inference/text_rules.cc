#include "model-server/inference/text_rules.h"

#include <simdjson.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace serin::model_server {
namespace {

absl::Status Fault(const std::string& got) {
  return absl::InvalidArgumentError(absl::StrCat("text: expected ", got));
}

}  // namespace

absl::Status CheckText(std::string_view text, size_t max_bytes) {
  if (text.empty()) return Fault("at least 1 byte, got none");
  if (text.size() > max_bytes) {
    return Fault(absl::StrCat("at most ", max_bytes, " bytes, got ", text.size()));
  }
  if (const void* nul = std::memchr(text.data(), '\0', text.size()); nul != nullptr) {
    const auto at = static_cast<const char*>(nul) - text.data();
    return Fault(absl::StrCat("text without NUL, got one at byte ", at));
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return Fault(absl::StrCat("valid UTF-8, got ", text.size(), " bytes that are not"));
  }
  return absl::OkStatus();
}

}  // namespace serin::model_server
