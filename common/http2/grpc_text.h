#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace serin::http2 {

// The text forms of "gRPC over HTTP2" (grpc/doc/PROTOCOL-HTTP2.md).

// The value of grpc-timeout: 1 to 8 digits and one of H M S m u n. Nothing when it is not that.
std::optional<absl::Duration> ParseTimeout(std::string_view value);

// The value of grpc-timeout for a duration: never longer than it, at most 8 digits.
std::string FormatTimeout(absl::Duration timeout);

// grpc-message: bytes outside 0x20 to 0x7E, and '%', become %XX.
std::string PercentEncode(std::string_view message);

// The reverse; what is not %XX stands for itself.
std::string PercentDecode(std::string_view value);

}  // namespace serin::http2
