#pragma once

#include <memory>
#include <string>

#include "common/net/byte_session.h"
#include "common/rpc/tls.h"

namespace serin {

// The client's side of TLS: TLS 1.2 or later with ALPN "h2", to servers whose certificate leads to
// the CA and has the name. Thread-safe.
class TlsConnector {
 public:
  // `server_name` is a DNS name or an IP address.
  TlsConnector(TlsFiles files, std::string server_name)
      : files_(std::move(files)), server_name_(std::move(server_name)) {}

  // The session behind TLS, for one new connection. The files are read anew; with files that cannot
  // be used the handshake fails, and a warning says why.
  std::unique_ptr<ByteSession> Wrap(std::unique_ptr<ByteSession> plain) const;

 private:
  const TlsFiles files_;
  const std::string server_name_;
};

}  // namespace serin
