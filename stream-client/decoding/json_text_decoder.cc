#include "stream-client/decoding/json_text_decoder.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "common/strings/byte_order_mark.h"
#include "stream-client/decoding/text_rules.h"

namespace serin::stream {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::string_view kValue = "value";
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

// The field of an object; of several with the name the last.
absl::StatusOr<element> FindField(element parent, std::string_view parent_name,
                                  std::string_view name, std::string_view path) {
  simdjson::dom::object object;
  if (parent.get(object) != simdjson::SUCCESS) {
    return BadRecord(parent_name, parent_name == kValue ? "a JSON object" : "an object",
                     TypeName(parent.type()));
  }
  bool found = false;
  element last;
  for (const auto& [key, field] : object) {
    if (key != name) continue;
    last = field;
    found = true;
  }
  if (!found) return BadRecord(path, "a string", "no such field");
  return last;
}

}  // namespace

JsonTextDecoder::JsonTextDecoder(size_t max_text_bytes, const std::string& path)
    : max_text_bytes_(max_text_bytes), path_(path), names_(absl::StrSplit(path, '.')) {}

absl::StatusOr<std::string> JsonTextDecoder::Decode(std::optional<std::string_view> value) {
  if (!value.has_value()) return BadRecord("value", "a JSON object", "null (a tombstone)");
  const std::string_view json = WithoutByteOrderMark(*value);
  if (json.empty()) return BadRecord("value", "a JSON object", "0 bytes");
  if (json.size() > kEscapeFactor * max_text_bytes_ + kOtherFieldsBytes) {
    return BadRecord("value", absl::StrCat("a text of at most ", max_text_bytes_, " bytes"),
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
  if (error != simdjson::SUCCESS) return BadRecord("value", "a JSON object", Reason(error));
  SERIN_ASSIGN_OR_RETURN(const std::string_view text, FindText(root));
  SERIN_RETURN_IF_ERROR(CheckText(path_, text, max_text_bytes_));
  return std::string(text);
}

absl::StatusOr<std::string_view> JsonTextDecoder::FindText(element root) const {
  element field = root;
  std::string_view parent = kValue;
  for (const std::string& name : names_) {
    SERIN_ASSIGN_OR_RETURN(field, FindField(field, parent, name, path_));
    parent = name;
  }
  std::string_view text;
  if (field.get(text) != simdjson::SUCCESS) {
    return BadRecord(path_, "a string", TypeName(field.type()));
  }
  return text;
}

}  // namespace serin::stream
