#include "common/net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

#include "common/status/check.h"

namespace serin {
namespace {

bool IsLater(const SSL* ssl, int result) {
  const int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

}  // namespace

TlsSession::TlsSession(SSL* ssl, std::unique_ptr<ByteSession> plain)
    : ssl_(ssl),
      plain_(std::move(plain)),
      from_peer_(BIO_new(BIO_s_mem())),
      to_peer_(BIO_new(BIO_s_mem())) {
  SERIN_CHECK(from_peer_ != nullptr && to_peer_ != nullptr);
  SSL_set_bio(ssl_, from_peer_, to_peer_);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

bool TlsSession::Receive(std::string_view bytes) {
  ERR_clear_error();
  for (std::string_view rest = bytes; !rest.empty();) {
    const int size = static_cast<int>(std::min<size_t>(rest.size(), INT_MAX));
    if (BIO_write(from_peer_, rest.data(), size) != size) return false;
    rest.remove_prefix(static_cast<size_t>(size));
  }
  failed_ = failed_ || !(shaken_ || Shake()) || (shaken_ && !ReadPlain());
  return !failed_;
}

bool TlsSession::Shake() {
  const int result = SSL_do_handshake(ssl_);
  shaken_ = result == 1;
  return shaken_ || IsLater(ssl_, result);
}

bool TlsSession::ReadPlain() {
  std::array<char, 16 << 10> piece;
  while (true) {
    const int got = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
    if (got <= 0) return IsLater(ssl_, got);
    if (!plain_->Receive({piece.data(), static_cast<size_t>(got)})) return false;
  }
}

void TlsSession::Produce(std::string& out, size_t most) {
  ERR_clear_error();
  // A client speaks first.
  if (!shaken_ && !failed_ && SSL_is_server(ssl_) == 0) failed_ = !Shake();
  if (shaken_) {
    plain_out_.clear();
    plain_->Produce(plain_out_, most);
    // A BIO in memory takes everything.
    if (!plain_out_.empty() &&
        SSL_write(ssl_, plain_out_.data(), static_cast<int>(plain_out_.size())) <= 0) {
      failed_ = true;
    }
  }
  TakeCiphered(out);
}

void TlsSession::TakeCiphered(std::string& out) {
  const size_t size = BIO_ctrl_pending(to_peer_);
  if (size == 0) return;
  const size_t before = out.size();
  out.resize(before + size);
  const int got = BIO_read(to_peer_, out.data() + before, static_cast<int>(size));
  out.resize(before + static_cast<size_t>(std::max(got, 0)));
}

void TlsSession::OnClosed(const absl::Status& why) { plain_->OnClosed(why); }

}  // namespace serin
