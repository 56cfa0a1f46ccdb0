#include "stream-client/decoding/plain_text_decoder.h"

#include <simdjson.h>

#include "common/status/status_macros.h"
#include "stream-client/decoding/text_rules.h"

namespace serin::stream {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

absl::StatusOr<std::string> PlainTextDecoder::Decode(std::optional<std::string_view> value) {
  if (!value.has_value()) return BadRecord("value", "a text", "null (a tombstone)");
  std::string_view text = *value;
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  SERIN_RETURN_IF_ERROR(CheckText("value", text, max_text_bytes_));
  if (!simdjson::validate_utf8(text)) return BadRecord("value", "a text", "invalid UTF-8");
  return std::string(text);
}

}  // namespace serin::stream
