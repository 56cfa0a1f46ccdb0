#include "common/status/grpc_status.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace serin {
namespace {

// gRPC's clients take 8 KiB of trailing metadata, in which other bytes than printable ASCII have
// three: a longer message would replace the error by one about its length.
constexpr size_t kMaxEncodedBytes = 6 << 10;

// The length of the longest beginning of whole characters that fits.
size_t FittingBytes(absl::string_view message) {
  size_t encoded = 0;
  size_t fitting = 0;
  for (size_t i = 0; i < message.size(); ++i) {
    const auto byte = static_cast<unsigned char>(message[i]);
    if ((byte & 0xC0) != 0x80) fitting = i;
    encoded += byte >= 0x20 && byte <= 0x7E && byte != '%' ? 1 : 3;
    if (encoded > kMaxEncodedBytes) return fitting;
  }
  return message.size();
}

std::string Shortened(absl::string_view message) {
  const size_t fitting = FittingBytes(message);
  if (fitting == message.size()) return std::string(message);
  return absl::StrCat(message.substr(0, fitting), "... (", message.size(), " bytes)");
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), Shortened(status.message()));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace serin
