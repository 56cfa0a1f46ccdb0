#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/random/bit_gen_ref.h"
#include "absl/status/statusor.h"

namespace serin::stream {

// How `serin-stream produce` reads a line of its input.
enum class RowFormat {
  kLines,     // a text: becomes {"data": text} under a random key
  kJson,      // a JSON object: sent as it is under a random key
  kKeyValue,  // key<TAB>value: both sent as they are
  kKeyText,   // key<TAB>text: becomes {"data": text} under the key
};

// nullopt: no such format.
std::optional<RowFormat> ParseRowFormat(std::string_view name);

struct Row {
  std::string key;
  std::string value;
};

// The message a line stands for; nullopt for an empty line. Error: INVALID_ARGUMENT when a line of
// the key formats has no tab.
absl::StatusOr<std::optional<Row>> ReadRow(std::string_view line, RowFormat format,
                                           absl::BitGenRef random);

// A random UUID (RFC 4122, version 4).
std::string RandomUuid(absl::BitGenRef random);

}  // namespace serin::stream
