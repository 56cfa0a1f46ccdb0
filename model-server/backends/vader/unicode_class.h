#pragma once

#include <cstdint>
#include <string_view>

namespace serin::model_server {

// How Python's str.split, str.isupper and str.lower see a code point, as far as VADER can tell:
// kLower stands for lower and title case alike, for either keeps a word from being in capitals.
enum class CodePointClass : uint8_t { kOther, kWhitespace, kUpper, kLower };

// The class of a code point from U+0080 up. Unicode 14.0, as in Python 3.11.
CodePointClass ClassifyNonAscii(char32_t code_point);

struct DecodedCodePoint {
  char32_t code_point;
  int size;  // bytes, 1 to 4
};

// Decodes the sequence at the start of `bytes`, which is not empty. Where the bytes are no valid
// UTF-8 it takes one byte as U+FFFD, so it never reads past the end.
DecodedCodePoint DecodeUtf8(std::string_view bytes);

// The one code point above ASCII that str.lower() turns into ASCII: U+212A KELVIN SIGN, into 'k'.
inline constexpr std::string_view kKelvinSign = "\xE2\x84\xAA";

}  // namespace serin::model_server
