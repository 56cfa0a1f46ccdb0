#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/tls.h"

namespace serin::router {

// A channel to an endpoint. With TLS the server's certificate must have the name. Errors:
// INVALID_ARGUMENT for TLS files that cannot be used.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenUpstream(const std::string& address,
                                                            const TlsFiles& tls,
                                                            const std::string& server_name);

}  // namespace serin::router
