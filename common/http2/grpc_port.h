#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/http2/connection_counts.h"
#include "common/http2/server_call.h"
#include "common/net/event_loops.h"
#include "common/net/seldom.h"
#include "common/net/tcp_listener.h"
#include "common/net/tls_acceptor.h"
#include "common/rpc/tls.h"
#include "common/time/clock.h"

namespace serin::http2 {

class PortConnections;

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
    // One more connection is closed at once. 0: three quarters of the descriptors that the process
    // may have (ulimit -n), so that some are left for model servers, files and other ports; at most
    // 16,384.
    int max_connections = 0;
    // A client that has not begun to speak HTTP/2 by then, within TLS if there is any, is cut off;
    // and so is one that takes nothing of what waits for it for so long.
    absl::Duration handshake_timeout = absl::Seconds(20);
    absl::Duration stall_timeout = absl::Minutes(1);
    // Gives each call its handler, on the call's loop; never null.
    std::function<CallHandler*(ServerCall&)> accept;
  };

  // The references must outlive the port. Errors: UNAVAILABLE when the address cannot be listened
  // on; INVALID_ARGUMENT for TLS files that cannot be used. Plaintext on an address that is not
  // loopback is allowed, and warned of.
  static absl::StatusOr<std::unique_ptr<GrpcPort>> Start(EventLoops& loops, const Clock& clock,
                                                         ConnectionCounts& counts, Options options);
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
  GrpcPort(EventLoops& loops, const Clock& clock, ConnectionCounts& counts, Options options);

  // On the listener's loop.
  void Accept(int fd);
  bool Admit();
  void Release();
  bool WaitForNone(absl::Duration timeout);

  EventLoops& loops_;
  const Clock& clock_;
  ConnectionCounts& counts_;
  const Options options_;
  const int most_;
  Seldom refusals_;
  std::unique_ptr<TlsAcceptor> tls_;
  std::unique_ptr<TcpListener> listener_;
  int listener_port_ = 0;
  // One a loop.
  std::vector<std::unique_ptr<PortConnections>> connections_;

  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace serin::http2
