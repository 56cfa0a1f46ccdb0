#pragma once

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/tls.h"
#include "common/rpc/tls_stamp.h"

namespace serin {

// TLS credentials of a gRPC server whose files are read again when they have changed. Files that
// cannot be used leave the former ones in use, which those of gRPC's own file watcher do not: it
// gives up the old certificate before it looks at the new one. Thread-safe.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  // `files` are ones that CheckServerTlsFiles() likes, with a certificate. The credentials must
  // outlive every server that listens with them.
  explicit ReloadingCredentials(TlsFiles files);
  ~ReloadingCredentials() override;

  // Not for us: no service here reads authentication metadata this way.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override;

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override;

  // gRPC's question, at the start and before each handshake: what shall I use from now on?
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config);
  grpc_ssl_certificate_config_reload_status FetchIfChanged(
      grpc_ssl_server_certificate_config** config);

  const TlsFiles files_;
  grpc_server_credentials* const credentials_;

  absl::Mutex mutex_;
  std::optional<TlsStamp> used_ ABSL_GUARDED_BY(mutex_);  // of what is in use
  absl::Time looked_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace serin
