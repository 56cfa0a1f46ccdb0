#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace serin {

// PEM files. Read again within kTlsReloadSeconds of a change; a connection keeps what it began
// with.
struct TlsFiles {
  std::string certificate;  // own certificate, then those between it and the root
  std::string private_key;
  std::string ca;  // roots that the peer's certificate must lead to
};

inline constexpr unsigned kTlsReloadSeconds = 1;

// Whether the files make a server's credentials; see MakeServerCredentials().
absl::Status CheckServerTlsFiles(const TlsFiles& files);

// Plaintext without a certificate. With one, TLS 1.2 or later; with `ca` every client must show a
// certificate that leads to it.
//
// Errors: INVALID_ARGUMENT naming the file that is missing, is no PEM of its kind, or whose key
// belongs to another certificate. After the start a bad file is logged and the former ones stay in
// use. The credentials must outlive every server that listens with them.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files);

// Plaintext without `ca`. With it, TLS that verifies the server's name and certificate; with a
// certificate too, the client shows it. Errors: as above; after the start gRPC logs a bad file, and
// no new connection is made until it is mended.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const TlsFiles& files);

}  // namespace serin
