#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status/status_macros.h"
#include "serin/v1/canary_admin.grpc.pb.h"
#include "serinctl/connection.h"

namespace serin::serinctl {

// Calls the router's CanaryAdmin, each call with one deadline and the token, if there is one.
// Errors carry the router's code and message. Not thread-safe.
class AdminClient {
 public:
  using Stub = v1::CanaryAdmin::Stub;

  static absl::StatusOr<AdminClient> Open(const ConnectionOptions& options);

  // client.Call(&AdminClient::Stub::GetRoute, request)
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    Prepare(context);
    Response response;
    SERIN_RETURN_IF_ERROR(ToStatus((stub_.get()->*method)(&context, request, &response)));
    return response;
  }

 private:
  AdminClient(std::unique_ptr<Stub> stub, std::string token)
      : stub_(std::move(stub)), token_(std::move(token)) {}

  void Prepare(grpc::ClientContext& context) const;
  static absl::Status ToStatus(const grpc::Status& status);

  std::unique_ptr<Stub> stub_;
  std::string token_;
};

}  // namespace serin::serinctl
