#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace serin::testing {

// Sends raw bytes to a port on loopback and returns all bytes until the peer closes.
std::string RawHttpExchange(int port, std::string_view bytes);

// "GET <target>" on a connection of its own; the whole answer.
std::string HttpGet(int port, std::string_view target);

// Sends raw bytes to a port on loopback, waits until `until` says so, then resets the connection.
void RawHttpReset(int port, std::string_view bytes, const std::function<void()>& until);

}  // namespace serin::testing
