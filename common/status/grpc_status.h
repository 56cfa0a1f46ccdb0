#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace serin {

// The only place where absl::Status meets gRPC's: both use the canonical codes, so nothing is lost
// either way, but the end of a message of many kilobytes.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace serin
