#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "stream-client/pipeline/ports.h"

namespace serin::stream {

// Takes the whole value as the text, without a UTF-8 byte order mark in front. INVALID_ARGUMENT: no
// value (tombstone), not UTF-8, empty, a NUL in it, or longer than max_text_bytes. Thread-safe.
class PlainTextDecoder final : public TextDecoder {
 public:
  explicit PlainTextDecoder(size_t max_text_bytes) : max_text_bytes_(max_text_bytes) {}

  absl::StatusOr<std::string> Decode(std::optional<std::string_view> value) override;

 private:
  const size_t max_text_bytes_;
};

}  // namespace serin::stream
