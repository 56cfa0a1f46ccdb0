#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/http2/server_session.h"
#include "common/net/event_loops.h"
#include "common/net/tcp_listener.h"
#include "common/net/tls_acceptor.h"
#include "common/rpc/tls.h"

namespace serin::http2 {

// A port that speaks gRPC on a few event loops, where each connection belongs to one loop. What the
// calls mean is the business of their handlers. Thread-safe.
class GrpcPort {
 public:
  struct Options {
    // host:port; port 0 takes a free one.
    std::string listen;
    size_t max_message_bytes = 4 << 20;
    // Without a certificate the port speaks plaintext.
    TlsFiles tls;
    // A connection of this age, give or take a tenth, is asked to end, and cut off after the grace.
    absl::Duration max_connection_age = absl::InfiniteDuration();
    absl::Duration max_connection_age_grace = absl::InfiniteDuration();
    // Gives each call its handler, on the call's loop; never null.
    std::function<CallHandler*(ServerCall&)> accept;
  };

  // `loops` must outlive the port. Errors: UNAVAILABLE when the address cannot be listened on;
  // INVALID_ARGUMENT for TLS files that cannot be used. Plaintext on an address that is not
  // loopback is allowed, and warned of.
  static absl::StatusOr<std::unique_ptr<GrpcPort>> Start(EventLoops& loops, Options options);
  ~GrpcPort();

  int port() const { return listener_port_; }
  // host:port with that port.
  std::string address() const;

  // Takes no more connections and asks every client to end. Idempotent.
  void StartDrain();

  // The same; lets the calls in flight finish for at most `grace` and cuts off the rest. Returns
  // when no connection is left. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  class LoopConnections;

  GrpcPort(EventLoops& loops, Options options);

  void OnConnections(int change);
  bool WaitForNone(absl::Duration timeout);

  EventLoops& loops_;
  const Options options_;
  std::unique_ptr<TlsAcceptor> tls_;
  std::unique_ptr<TcpListener> listener_;
  int listener_port_ = 0;
  // One a loop.
  std::vector<std::unique_ptr<LoopConnections>> connections_;

  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace serin::http2
