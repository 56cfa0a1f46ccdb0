#include "common/http/json_quote.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace serin {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// Whether one of the eight bytes may need an escape.
bool AnyNeedsEscape(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  const auto holds_zero = [](uint64_t w) { return (w - kOnes) & ~w & kHighs; };
  const uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
  return (below_space | holds_zero(word ^ kOnes * '"') | holds_zero(word ^ kOnes * '\\')) != 0;
}

// The place of the first byte from `i` on that needs an escape, or the size.
size_t FindEscape(std::string_view text, size_t i) {
  while (i + sizeof(uint64_t) <= text.size() && !AnyNeedsEscape(text.data() + i)) {
    i += sizeof(uint64_t);
  }
  while (i < text.size() && !NeedsEscape(text[i])) ++i;
  return i;
}

void AppendEscaped(char c, std::string& out) {
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(c);
    return;
  }
  char escape[8];
  std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned char>(c));
  out.append(escape);
}

}  // namespace

void AppendJsonQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  size_t written = 0;
  for (size_t i = FindEscape(text, 0); i < text.size(); i = FindEscape(text, written)) {
    out.append(text.substr(written, i - written));
    AppendEscaped(text[i], out);
    written = i + 1;
  }
  out.append(text.substr(written));
  out.push_back('"');
}

std::string JsonQuote(std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 2);
  AppendJsonQuoted(text, quoted);
  return quoted;
}

std::string JsonQuoteAny(std::string_view text) {
  bool is_ascii = true;
  for (const char c : text) is_ascii &= static_cast<unsigned char>(c) < 0x80;
  if (is_ascii) return JsonQuote(text);
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace serin
