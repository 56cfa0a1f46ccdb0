#include "model-server/grpc/call_state.h"

#include <chrono>

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

}  // namespace serin::model_server
