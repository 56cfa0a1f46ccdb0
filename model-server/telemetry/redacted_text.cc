#include "model-server/telemetry/redacted_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/hashing/stable_hash.h"

namespace serin::model_server {

RedactedText::RedactedText(std::string_view text, std::string_view mode) {
  if (mode == "off") return;
  bytes = absl::StrCat(text.size());
  if (mode == "hash") xxh3 = absl::StrFormat("%016x", StableHash(text));
  if (mode == "full") full = std::string(text);
}

}  // namespace serin::model_server
