#include "stream-client/decoding/text_rules.h"

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"

namespace serin::stream {

absl::Status BadRecord(std::string_view field, std::string_view expected, std::string_view got) {
  return absl::InvalidArgumentError(
      absl::StrCat(AbslView(field), ": expected ", AbslView(expected), ", got ", AbslView(got)));
}

absl::Status CheckText(std::string_view field, std::string_view text, size_t max_bytes) {
  if (text.empty()) return BadRecord(field, "a text of at least 1 byte", "an empty string");
  if (text.size() > max_bytes) {
    return BadRecord(field, absl::StrCat("a text of at most ", max_bytes, " bytes"),
                     absl::StrCat(text.size()));
  }
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return BadRecord(field, "a text without NUL", absl::StrCat("one at byte ", nul));
  }
  return absl::OkStatus();
}

}  // namespace serin::stream
