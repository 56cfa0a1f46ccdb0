#pragma once

#include <grpcpp/server_context.h>

#include <string_view>

#include "absl/status/status.h"
#include "model-server/inference/prediction_engine.h"

namespace serin::model_server {

// What the answering of a call needs to know of it: whether anybody still waits (thread-safe, cheap
// enough for each chunk), and its trace id.
class CallState final : public CallTrace {
 public:
  explicit CallState(grpc::CallbackServerContext& context) : context_(context) {}

  // OK, CANCELLED (the caller has gone) or DEADLINE_EXCEEDED.
  absl::Status Check() const;

  // Of the call's W3C traceparent; "" without one. gRPC sorts a call's metadata when they are read
  // first, so a call on which several threads work reads them once before.
  std::string_view trace_id() const override;

 private:
  grpc::CallbackServerContext& context_;
};

}  // namespace serin::model_server
