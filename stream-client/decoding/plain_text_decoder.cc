#include "stream-client/decoding/plain_text_decoder.h"

#include <simdjson.h>

#include "common/status/status_macros.h"
#include "common/strings/byte_order_mark.h"
#include "stream-client/decoding/text_rules.h"

namespace serin::stream {
absl::StatusOr<std::string> PlainTextDecoder::Decode(std::optional<std::string_view> value) {
  if (!value.has_value()) return BadRecord("value", "a text", "null (a tombstone)");
  const std::string_view text = WithoutByteOrderMark(*value);
  SERIN_RETURN_IF_ERROR(CheckText("value", text, max_text_bytes_));
  if (!simdjson::validate_utf8(text)) return BadRecord("value", "a text", "invalid UTF-8");
  return std::string(text);
}

}  // namespace serin::stream
