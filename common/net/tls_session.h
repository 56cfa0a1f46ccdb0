#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "common/net/byte_session.h"

namespace serin {

// HTTP/2 as TLS negotiates it (ALPN): a length and a name.
inline constexpr std::array<unsigned char, 3> kAlpnHttp2 = {2, 'h', '2'};

// A session inside TLS: what comes is deciphered for the inner session, what that sends is
// enciphered. When the peer ends its side, with or without a word of TLS, the connection ends:
// it gets no answer after that. On one thread.
class TlsSession final : public ByteSession {
 public:
  // `ssl` is in its state of accepting or connecting and has no BIOs yet; it is taken.
  TlsSession(SSL* ssl, std::unique_ptr<ByteSession> plain);
  ~TlsSession() override;

  bool Receive(std::string_view bytes) override;
  bool wants_more() const override { return plain_->wants_more(); }
  void Produce(std::string& out, size_t most) override;
  bool done() const override { return failed_ || (shaken_ && plain_->done()); }
  bool all_said() const override { return failed_ || (shaken_ && plain_->all_said()); }
  void OnClosed(const absl::Status& why) override;

 private:
  // Goes on with the handshake. False: it cannot succeed.
  bool Shake();
  bool ReadPlain();
  // Moves what OpenSSL wants to send.
  void TakeCiphered(std::string& out);

  SSL* const ssl_;
  const std::unique_ptr<ByteSession> plain_;
  BIO* const from_peer_;
  BIO* const to_peer_;
  std::string plain_out_;
  bool shaken_ = false;
  bool failed_ = false;
};

}  // namespace serin
