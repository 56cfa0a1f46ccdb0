#include "common/rpc/tls.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/ssl.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/reloading_credentials.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"

namespace serin {
namespace {

using ::grpc::experimental::FileWatcherCertificateProvider;

absl::Status Fault(const std::string& file, const std::string& expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("tls: expected ", expected, ", got \"", file, "\""));
}

// gRPC's watcher only logs what it cannot read; a process must not start like that.
absl::Status CheckFiles(const TlsFiles& files) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_method()),
                                                             SSL_CTX_free);
  SERIN_CHECK(context != nullptr);
  if (files.certificate.empty() != files.private_key.empty()) {
    return Fault(files.certificate + files.private_key, "both a certificate and a private key");
  }
  if (!files.certificate.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
      return Fault(files.certificate, "a PEM file with a certificate");
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), files.private_key.c_str(), SSL_FILETYPE_PEM) !=
        1) {
      return Fault(files.private_key, "a PEM file with the private key of the certificate");
    }
  }
  if (!files.ca.empty() &&
      SSL_CTX_load_verify_locations(context.get(), files.ca.c_str(), nullptr) != 1) {
    return Fault(files.ca, "a PEM file with root certificates");
  }
  return absl::OkStatus();
}

std::shared_ptr<FileWatcherCertificateProvider> Watch(const TlsFiles& files) {
  return std::make_shared<FileWatcherCertificateProvider>(files.private_key, files.certificate,
                                                          files.ca, kTlsReloadSeconds);
}

}  // namespace

absl::Status CheckServerTlsFiles(const TlsFiles& files) {
  if (files.certificate.empty() && files.private_key.empty()) {
    if (!files.ca.empty()) return Fault("", "a certificate beside the client CA");
    return absl::OkStatus();
  }
  return CheckFiles(files);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files) {
  SERIN_RETURN_IF_ERROR(CheckServerTlsFiles(files));
  if (files.certificate.empty()) return grpc::InsecureServerCredentials();
  return std::make_shared<ReloadingCredentials>(files);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const TlsFiles& files) {
  if (files.ca.empty()) {
    if (!files.certificate.empty()) return Fault("", "a CA beside the client certificate");
    return grpc::InsecureChannelCredentials();
  }
  SERIN_RETURN_IF_ERROR(CheckFiles(files));
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  options.watch_root_certs();
  if (!files.certificate.empty()) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace serin
