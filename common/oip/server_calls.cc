#include "common/oip/server_calls.h"

#include "common/status/grpc_status.h"
#include "common/telemetry/version.h"

namespace serin::oip {

grpc::ServerUnaryReactor* ServerCalls::ServerLive(grpc::CallbackServerContext* context,
                                                  const inference::ServerLiveRequest*,
                                                  inference::ServerLiveResponse* response) {
  response->set_live(true);
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ServerCalls::ServerReady(grpc::CallbackServerContext* context,
                                                   const inference::ServerReadyRequest*,
                                                   inference::ServerReadyResponse* response) {
  response->set_ready(ready());
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ServerCalls::ServerMetadata(grpc::CallbackServerContext* context,
                                                      const inference::ServerMetadataRequest*,
                                                      inference::ServerMetadataResponse* response) {
  response->set_name(server_name_);
  response->set_version(kVersion);
  for (const std::string& extension : extensions_) response->add_extensions(extension);
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ServerCalls::Finish(grpc::CallbackServerContext& context,
                                              const absl::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace serin::oip
