#include "serinctl/admin_client.h"

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace serin::serinctl {
namespace {

absl::Status ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

AdminClient::AdminClient(const std::string& address, absl::Duration timeout)
    : stub_(v1::CanaryAdmin::NewStub(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))),
      timeout_(timeout) {}

absl::StatusOr<v1::Route> AdminClient::GetRoute(const std::string& route) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
  v1::GetRouteRequest request;
  request.set_route(route);
  v1::Route response;
  const grpc::Status status = stub_->GetRoute(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

absl::StatusOr<v1::SetWeightsResponse> AdminClient::SetWeights(
    const v1::SetWeightsRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
  v1::SetWeightsResponse response;
  const grpc::Status status = stub_->SetWeights(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

}  // namespace serin::serinctl
