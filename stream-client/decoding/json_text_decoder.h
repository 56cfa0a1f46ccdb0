#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "stream-client/pipeline/ports.h"

namespace serin::stream {

// Reads `{"data": "some text"}`, or a field inside objects, as `payload.text`. What comes out of
// each input is fixed:
//   other fields                        ignored, but must be valid JSON
//   `data` several times                the last one counts (as in Spark's from_json, Python, ...)
//   `data` only inside another object   missing, unless the path says so
//   a UTF-8 byte order mark in front    skipped
//   escapes, surrogate pairs            decoded
// and everything else is INVALID_ARGUMENT with its reason: no value (tombstone), empty value,
// invalid JSON (also: anything after the object, invalid UTF-8, a lone surrogate, nesting deeper
// than 1,024), not an object, `data` missing or not a string, and a text that is empty, holds a NUL
// or is longer than max_text_bytes in UTF-8. Not thread-safe.
class JsonTextDecoder final : public TextDecoder {
 public:
  // `path`: names with dots between them.
  explicit JsonTextDecoder(size_t max_text_bytes, const std::string& path = "data");

  absl::StatusOr<std::string> Decode(std::optional<std::string_view> value) override;

 private:
  absl::StatusOr<std::string> Parse(std::string_view json);
  absl::StatusOr<std::string_view> FindText(simdjson::dom::element root) const;

  const size_t max_text_bytes_;
  const std::string path_;
  const std::vector<std::string> names_;
  simdjson::dom::parser parser_;
  std::string padded_;  // simdjson reads past the end of its input
};

}  // namespace serin::stream
