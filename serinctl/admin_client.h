#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serin/v1/canary_admin.grpc.pb.h"

namespace serin::serinctl {

// Calls the router's CanaryAdmin, each call with one deadline. Errors carry the router's code and
// message. Not thread-safe.
class AdminClient {
 public:
  AdminClient(const std::string& address, absl::Duration timeout);

  absl::StatusOr<v1::Route> GetRoute(const std::string& route);
  absl::StatusOr<v1::SetWeightsResponse> SetWeights(const v1::SetWeightsRequest& request);

 private:
  std::unique_ptr<v1::CanaryAdmin::Stub> stub_;
  absl::Duration timeout_;
};

}  // namespace serin::serinctl
