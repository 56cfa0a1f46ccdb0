#include "router/grpc/upstream_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "common/status/status_macros.h"

namespace serin::router {

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenUpstream(const std::string& address,
                                                            const TlsFiles& tls,
                                                            const std::string& server_name) {
  SERIN_ASSIGN_OR_RETURN(const auto credentials, MakeChannelCredentials(tls));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(-1);
  if (!tls.ca.empty()) arguments.SetSslTargetNameOverride(server_name);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace serin::router
