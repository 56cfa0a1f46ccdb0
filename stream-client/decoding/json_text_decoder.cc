#include "stream-client/decoding/json_text_decoder.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kField = "data";
// A value far larger than any text it may hold is not worth parsing: escapes at most sextuple a
// text, the rest is for other fields.
constexpr size_t kEscapeFactor = 6;
constexpr size_t kOtherFieldsBytes = 1 << 20;
// Larger than this, the buffers of a big record are given back after it.
constexpr size_t kKeptBufferBytes = 1 << 20;

std::string_view TypeName(element_type type) {
  switch (type) {
    case element_type::ARRAY:
      return "an array";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "a string";
    case element_type::BOOL:
      return "a boolean";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

absl::Status Bad(std::string_view field, std::string_view expected, std::string_view got) {
  return absl::InvalidArgumentError(
      absl::StrCat(AbslView(field), ": expected ", AbslView(expected), ", got ", AbslView(got)));
}

std::string_view Reason(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "invalid UTF-8";
    case simdjson::STRING_ERROR:
      return "a string with an invalid escape or a lone surrogate";
    case simdjson::DEPTH_ERROR:
      return "nesting too deep";
    default:
      return simdjson::error_message(error);
  }
}

absl::StatusOr<std::string_view> FindText(element root) {
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    return Bad("value", "a JSON object", TypeName(root.type()));
  }
  bool found = false;
  element data;
  for (const auto& [key, field] : object) {
    if (key != kField) continue;
    data = field;
    found = true;
  }
  if (!found) return Bad(kField, "a string", "no such field");
  std::string_view text;
  if (data.get(text) != simdjson::SUCCESS) return Bad(kField, "a string", TypeName(data.type()));
  return text;
}

}  // namespace

absl::StatusOr<std::string> JsonTextDecoder::Decode(std::optional<std::string_view> value) {
  if (!value.has_value()) return Bad("value", "a JSON object", "null (a tombstone)");
  std::string_view json = *value;
  if (json.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    json.remove_prefix(kByteOrderMark.size());
  }
  if (json.empty()) return Bad("value", "a JSON object", "0 bytes");
  if (json.size() > kEscapeFactor * max_text_bytes_ + kOtherFieldsBytes) {
    return Bad("value", absl::StrCat("a text of at most ", max_text_bytes_, " bytes"),
               absl::StrCat("a record of ", json.size()));
  }
  absl::StatusOr<std::string> text = Parse(json);
  if (json.size() > kKeptBufferBytes) {
    parser_ = simdjson::dom::parser();
    padded_ = std::string();
  }
  return text;
}

absl::StatusOr<std::string> JsonTextDecoder::Parse(std::string_view json) {
  padded_.assign(json);
  padded_.append(simdjson::SIMDJSON_PADDING, '\0');
  element root;
  const simdjson::error_code error =
      parser_.parse(padded_.data(), json.size(), /*realloc_if_needed=*/false).get(root);
  if (error != simdjson::SUCCESS) return Bad("value", "a JSON object", Reason(error));
  SERIN_ASSIGN_OR_RETURN(const std::string_view text, FindText(root));
  if (text.empty()) return Bad(kField, "a text of at least 1 byte", "an empty string");
  if (text.size() > max_text_bytes_) {
    return Bad(kField, absl::StrCat("a text of at most ", max_text_bytes_, " bytes"),
               absl::StrCat(text.size()));
  }
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Bad(kField, "a text without NUL", absl::StrCat("one at byte ", nul));
  }
  return std::string(text);
}

}  // namespace serin::stream
