#pragma once

#include <grpcpp/server_context.h>

namespace serin::model_server {

// Tells a caller that is refused with RESOURCE_EXHAUSTED when to come again, in the metadata that
// gRPC's own retries heed (gRFC A6, "pushback"): soon, or never with what is too large.
inline void HintRetry(grpc::CallbackServerContext& context, bool too_large = false) {
  context.AddTrailingMetadata("grpc-retry-pushback-ms", too_large ? "-1" : "100");
}

}  // namespace serin::model_server
