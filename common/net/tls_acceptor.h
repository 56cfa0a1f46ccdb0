#pragma once

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/net/byte_session.h"
#include "common/rpc/tls.h"
#include "common/rpc/tls_stamp.h"

struct ssl_ctx_st;

namespace serin {

// The server's side of TLS for connections of one port: TLS 1.2 or later with ALPN "h2"; with a
// client CA every client must show a certificate that leads to it. Thread-safe.
class TlsAcceptor {
 public:
  // Null without a certificate. Errors: as MakeServerCredentials().
  static absl::StatusOr<std::unique_ptr<TlsAcceptor>> Create(const TlsFiles& files);
  ~TlsAcceptor();

  // The session behind TLS, for one new connection. The files are read again when they have
  // changed, at most once in kTlsReloadSeconds; when they are bad, the former ones stay in use.
  std::unique_ptr<ByteSession> Wrap(std::unique_ptr<ByteSession> plain);

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;

  explicit TlsAcceptor(TlsFiles files);

  static absl::StatusOr<Context> Load(const TlsFiles& files);
  Context Current();

  const TlsFiles files_;

  absl::Mutex mutex_;
  Context context_ ABSL_GUARDED_BY(mutex_);
  // What the files looked like when they were read last.
  std::optional<TlsStamp> stamp_ ABSL_GUARDED_BY(mutex_);
  absl::Time looked_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace serin
