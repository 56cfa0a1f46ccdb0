#include "common/net/tls_acceptor.h"

#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/net/tls_session.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"

namespace serin {
namespace {

// gRPC's clients offer "grpc-exp" beside "h2"; who offers nothing of ours is refused.
int SelectH2(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
             unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kAlpnHttp2.data(), kAlpnHttp2.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsAcceptor::TlsAcceptor(TlsFiles files) : files_(std::move(files)) {}
TlsAcceptor::~TlsAcceptor() = default;

absl::StatusOr<std::unique_ptr<TlsAcceptor>> TlsAcceptor::Create(const TlsFiles& files) {
  SERIN_RETURN_IF_ERROR(CheckServerTlsFiles(files));
  if (files.certificate.empty()) return nullptr;
  auto acceptor = std::unique_ptr<TlsAcceptor>(new TlsAcceptor(files));
  absl::MutexLock lock(&acceptor->mutex_);
  acceptor->stamp_ = TlsStamp(files);
  SERIN_ASSIGN_OR_RETURN(acceptor->context_, Load(files));
  return acceptor;
}

absl::StatusOr<TlsAcceptor::Context> TlsAcceptor::Load(const TlsFiles& files) {
  SERIN_RETURN_IF_ERROR(CheckServerTlsFiles(files));
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SERIN_CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectH2, nullptr);
  const bool usable =
      SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), files.private_key.c_str(), SSL_FILETYPE_PEM) ==
          1 &&
      (files.ca.empty() ||
       SSL_CTX_load_verify_locations(context.get(), files.ca.c_str(), nullptr) == 1);
  // They were usable a moment ago.
  if (!usable) return absl::InvalidArgumentError("tls: the files changed while they were read");
  if (!files.ca.empty()) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

TlsAcceptor::Context TlsAcceptor::Current() {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = absl::Now();
  if (now < looked_at_ + absl::Seconds(kTlsReloadSeconds)) return context_;
  looked_at_ = now;
  const TlsStamp stamp(files_);
  if (stamp_ == stamp) return context_;
  absl::StatusOr<Context> loaded = Load(files_);
  if (loaded.ok()) {
    context_ = *std::move(loaded);
    stamp_ = stamp;
    spdlog::info("{}: a new certificate is in use", files_.certificate);
  } else {
    spdlog::warn("the former certificate stays in use: {}", std::string(loaded.status().message()));
  }
  return context_;
}

std::unique_ptr<ByteSession> TlsAcceptor::Wrap(std::unique_ptr<ByteSession> plain) {
  SSL* const ssl = SSL_new(Current().get());
  SERIN_CHECK(ssl != nullptr);
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsSession>(ssl, std::move(plain));
}

}  // namespace serin
