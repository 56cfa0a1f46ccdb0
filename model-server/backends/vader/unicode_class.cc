#include "model-server/backends/vader/unicode_class.h"

#include <algorithm>
#include <iterator>

namespace serin::model_server {
namespace {

// Every `stride`-th code point from first to last.
struct CodePointRange {
  char32_t first;
  char32_t last;
  uint32_t stride;
};

#include "model-server/backends/vader/unicode_ranges.inc"

template <size_t kSize>
bool Contains(const CodePointRange (&ranges)[kSize], char32_t code_point) {
  const auto* after = std::upper_bound(
      std::begin(ranges), std::end(ranges), code_point,
      [](char32_t value, const CodePointRange& range) { return value < range.first; });
  if (after == std::begin(ranges)) return false;
  const CodePointRange& range = *std::prev(after);
  return code_point <= range.last && (code_point - range.first) % range.stride == 0;
}

bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

int SequenceSize(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

}  // namespace

CodePointClass ClassifyNonAscii(char32_t code_point) {
  if (Contains(kLowerOrTitleRanges, code_point)) return CodePointClass::kLower;
  if (Contains(kUpperRanges, code_point)) return CodePointClass::kUpper;
  if (Contains(kWhitespaceRanges, code_point)) return CodePointClass::kWhitespace;
  return CodePointClass::kOther;
}

DecodedCodePoint DecodeUtf8(std::string_view bytes) {
  constexpr DecodedCodePoint kInvalid{0xFFFD, 1};
  const auto lead = static_cast<uint8_t>(bytes[0]);
  const int size = SequenceSize(lead);
  if (size == 1) return {lead, 1};
  if (size == 0 || bytes.size() < static_cast<size_t>(size)) return kInvalid;
  char32_t code_point = lead & (0x7F >> size);
  for (int i = 1; i < size; ++i) {
    if (!IsContinuation(bytes[i])) return kInvalid;
    code_point = code_point << 6 | (static_cast<uint8_t>(bytes[i]) & 0x3F);
  }
  return {code_point, size};
}

}  // namespace serin::model_server
