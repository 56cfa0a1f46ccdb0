#include "common/net/tls_connector.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "common/net/tls_session.h"
#include "common/status/check.h"

namespace serin {
namespace {

bool LoadFiles(SSL_CTX& context, const TlsFiles& files) {
  return SSL_CTX_load_verify_locations(&context, files.ca.c_str(), nullptr) == 1 &&
         (files.certificate.empty() ||
          (SSL_CTX_use_certificate_chain_file(&context, files.certificate.c_str()) == 1 &&
           SSL_CTX_use_PrivateKey_file(&context, files.private_key.c_str(), SSL_FILETYPE_PEM) ==
               1));
}

// An address is checked against the certificate's addresses, anything else against its names; a
// server is told only names.
void ExpectName(SSL* ssl, const std::string& name) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1) return;
  SSL_set_tlsext_host_name(ssl, name.c_str());
  SERIN_CHECK(SSL_set1_host(ssl, name.c_str()) == 1);
}

}  // namespace

std::unique_ptr<ByteSession> TlsConnector::Wrap(std::unique_ptr<ByteSession> plain) const {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  SERIN_CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (!LoadFiles(*context, files_)) {
    spdlog::warn("tls to {}: {}, {} or {} cannot be used", server_name_, files_.ca,
                 files_.certificate, files_.private_key);
  }
  SSL* const ssl = SSL_new(context.get());
  SERIN_CHECK(ssl != nullptr);
  SERIN_CHECK(SSL_set_alpn_protos(ssl, kAlpnHttp2.data(), kAlpnHttp2.size()) == 0);
  ExpectName(ssl, server_name_);
  SSL_set_connect_state(ssl);
  return std::make_unique<TlsSession>(ssl, std::move(plain));
}

}  // namespace serin
