#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "stream-client/pipeline/ports.h"

namespace serin::stream {

// Reads `{"data": "some text"}`. What comes out of each input is fixed:
//   other fields                        ignored, but must be valid JSON
//   `data` several times                the last one counts (as in Spark's from_json, Python, ...)
//   `data` only inside another object   missing
//   a UTF-8 byte order mark in front    skipped
//   escapes, surrogate pairs            decoded
// and everything else is INVALID_ARGUMENT with its reason: no value (tombstone), empty value,
// invalid JSON (also: anything after the object, invalid UTF-8, a lone surrogate, nesting deeper
// than 1,024), not an object, `data` missing or not a string, and a text that is empty, holds a NUL
// or is longer than max_text_bytes in UTF-8. Not thread-safe.
class JsonTextDecoder final : public TextDecoder {
 public:
  explicit JsonTextDecoder(size_t max_text_bytes) : max_text_bytes_(max_text_bytes) {}

  absl::StatusOr<std::string> Decode(std::optional<std::string_view> value) override;

 private:
  absl::StatusOr<std::string> Parse(std::string_view json);

  const size_t max_text_bytes_;
  simdjson::dom::parser parser_;
  std::string padded_;  // simdjson reads past the end of its input
};

}  // namespace serin::stream
