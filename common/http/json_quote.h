#pragma once

#include <string>
#include <string_view>

namespace serin {

// The text as a JSON string with its quotes (RFC 8259). Bytes that are not UTF-8 pass as they are.
std::string JsonQuote(std::string_view text);
// Appends it.
void AppendJsonQuoted(std::string_view text, std::string& out);

// The same for what others wrote, however long it takes: bytes that are not UTF-8 are replaced with
// U+FFFD.
std::string JsonQuoteAny(std::string_view text);

}  // namespace serin
