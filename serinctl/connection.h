#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/tls.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace serin::serinctl {

// Where the router is and how it knows us.
struct ConnectionOptions {
  std::string address = "127.0.0.1:50060";  // CanaryAdmin
  std::string router = "127.0.0.1:50050";   // Predictor
  TlsFiles tls;
  // Empty: no token.
  std::string token_file;
};

// INVALID_ARGUMENT for TLS files that cannot be used.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const std::string& address,
                                                           const TlsFiles& tls);

// The token of a file: the last word of its first line that is no comment, so that a token alone
// and the router's own token file both do. INVALID_ARGUMENT when there is none.
absl::StatusOr<std::string> ReadToken(const std::string& path);

}  // namespace serin::serinctl
