#pragma once

#include <string>
#include <string_view>

namespace serin::testing {

// Sends raw bytes to a port on loopback and returns all bytes until the peer closes.
std::string RawHttpExchange(int port, std::string_view bytes);

// "GET <target>" on a connection of its own; the whole answer.
std::string HttpGet(int port, std::string_view target);

}  // namespace serin::testing
