#pragma once

#include <grpcpp/server_context.h>

namespace serin::model_server {

// Tells a caller that is refused for overload when to come again, in the metadata that gRPC's own
// retries heed (gRFC A6, "pushback").
inline void HintRetry(grpc::CallbackServerContext& context) {
  context.AddTrailingMetadata("grpc-retry-pushback-ms", "100");
}

}  // namespace serin::model_server
