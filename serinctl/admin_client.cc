#include "serinctl/admin_client.h"

#include <grpcpp/channel.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace serin::serinctl {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

absl::StatusOr<AdminClient> AdminClient::Open(const ConnectionOptions& options) {
  std::string token;
  if (!options.token_file.empty()) {
    SERIN_ASSIGN_OR_RETURN(token, ReadToken(options.token_file));
  }
  SERIN_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                         OpenChannel(options.address, options.tls));
  return AdminClient(v1::CanaryAdmin::NewStub(channel), std::move(token));
}

void AdminClient::Prepare(grpc::ClientContext& context) const {
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
  if (!token_.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

absl::Status AdminClient::ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace serin::serinctl
