#include "model-server/grpc/call_state.h"

#include <chrono>

#include "common/strings/trace_context.h"

namespace serin::model_server {

absl::Status CallState::Check() const {
  if (context_.IsCancelled()) return absl::CancelledError("the caller has gone");
  // gRPC has deadlines on the system clock; a call without one has the maximum.
  const std::chrono::system_clock::time_point deadline = context_.deadline();
  if (deadline != std::chrono::system_clock::time_point::max() &&
      deadline <= std::chrono::system_clock::now()) {
    return absl::DeadlineExceededError("the deadline passed before the model was asked");
  }
  return absl::OkStatus();
}

std::string_view CallState::trace_id() const {
  const auto found = context_.client_metadata().find("traceparent");
  if (found == context_.client_metadata().end()) return "";
  return TraceIdOf(std::string_view(found->second.data(), found->second.size()));
}

}  // namespace serin::model_server
