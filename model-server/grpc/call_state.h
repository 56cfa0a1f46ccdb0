#pragma once

#include <grpcpp/server_context.h>

#include <string_view>

#include "absl/status/status.h"

namespace serin::model_server {

// Whether anybody still waits for a call's answer; cheap enough for each chunk. Thread-safe, but for
// trace_id().
class CallState {
 public:
  explicit CallState(grpc::CallbackServerContext& context) : context_(context) {}

  // OK, CANCELLED (the caller has gone) or DEADLINE_EXCEEDED.
  absl::Status Check() const;

  // The trace id of the call's W3C traceparent; "" without one. Lives as long as the call. For one
  // thread at a time.
  std::string_view trace_id() const;

 private:
  grpc::CallbackServerContext& context_;
};

}  // namespace serin::model_server
