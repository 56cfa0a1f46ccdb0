#include "common/http/json_quote.h"

#include <cstdio>

namespace serin {
namespace {

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

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
  for (size_t i = 0; i < text.size(); ++i) {
    if (!NeedsEscape(text[i])) continue;
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

}  // namespace serin
