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

std::string_view CallState::trace_id() const {
  // "00-<32 hex digits>-<16 hex digits>-<2 hex digits>" (W3C Trace Context)
  constexpr size_t kTraceIdAt = 3;
  constexpr size_t kTraceIdSize = 32;
  const auto found = context_.client_metadata().find("traceparent");
  if (found == context_.client_metadata().end()) return "";
  const std::string_view value(found->second.data(), found->second.size());
  return value.size() < kTraceIdAt + kTraceIdSize ? "" : value.substr(kTraceIdAt, kTraceIdSize);
}

}  // namespace serin::model_server
