#include "common/rpc/reloading_credentials.h"

#include <grpc/grpc.h>
#include <spdlog/spdlog.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/check.h"

namespace serin {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

grpc_ssl_server_certificate_config* ReadConfig(const TlsFiles& files) {
  const std::string certificate = ReadFile(files.certificate);
  const std::string private_key = ReadFile(files.private_key);
  // gRPC insists on roots, also when no client is asked for a certificate; then any will do.
  const std::string ca = files.ca.empty() ? certificate : ReadFile(files.ca);
  const grpc_ssl_pem_key_cert_pair pair = {private_key.c_str(), certificate.c_str()};
  return grpc_ssl_server_certificate_config_create(ca.c_str(), &pair, 1);
}

grpc_ssl_client_certificate_request_type RequestOf(const TlsFiles& files) {
  return files.ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                          : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
}

}  // namespace

ReloadingCredentials::ReloadingCredentials(TlsFiles files)
    : files_(std::move(files)),
      credentials_(grpc_ssl_server_credentials_create_with_options(
          grpc_ssl_server_credentials_create_options_using_config_fetcher(RequestOf(files_), Fetch,
                                                                          this))) {}

ReloadingCredentials::~ReloadingCredentials() { grpc_server_credentials_release(credentials_); }

void ReloadingCredentials::SetAuthMetadataProcessor(
    const std::shared_ptr<grpc::AuthMetadataProcessor>&) {
  SERIN_CHECK(false && "not supported");
}

int ReloadingCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

grpc_ssl_certificate_config_reload_status ReloadingCredentials::Fetch(
    void* self, grpc_ssl_server_certificate_config** config) {
  return static_cast<ReloadingCredentials*>(self)->FetchIfChanged(config);
}

grpc_ssl_certificate_config_reload_status ReloadingCredentials::FetchIfChanged(
    grpc_ssl_server_certificate_config** config) {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = absl::Now();
  if (now < looked_at_ + absl::Seconds(kTlsReloadSeconds)) {
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  }
  looked_at_ = now;
  const TlsStamp stamp(files_);
  if (used_ == stamp) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  if (const absl::Status status = CheckServerTlsFiles(files_); !status.ok()) {
    spdlog::warn("the former certificate stays in use: {}", std::string(status.message()));
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
  }
  if (used_.has_value()) spdlog::info("{}: a new certificate is in use", files_.certificate);
  used_ = stamp;
  // Should they have changed since, gRPC refuses what does not fit and the next look sees them.
  *config = ReadConfig(files_);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

}  // namespace serin
