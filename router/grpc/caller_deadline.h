#pragma once

#include <grpcpp/server_context.h>

#include "absl/time/time.h"

namespace serin::router {

// The caller's deadline, or `now` plus `default_timeout` when it has set none.
inline absl::Time DeadlineOf(const grpc::CallbackServerContext& context, absl::Time now,
                             absl::Duration default_timeout) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return now + default_timeout;
  return absl::FromChrono(deadline);
}

}  // namespace serin::router
