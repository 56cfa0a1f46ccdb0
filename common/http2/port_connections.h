#pragma once

#include <functional>
#include <map>

#include "absl/time/time.h"
#include "common/http2/connection_counts.h"
#include "common/http2/grpc_port.h"
#include "common/http2/server_session.h"
#include "common/net/event_loop.h"
#include "common/net/socket_connection.h"
#include "common/net/tls_acceptor.h"
#include "common/time/clock.h"

namespace serin::http2 {

// The connections of a GrpcPort that belong to one loop: their birth, their age, and their end when
// they keep us waiting. On that loop, but for constructor and destructor.
class PortConnections {
 public:
  // `tls` is null for plaintext; `ended` is called when a connection is gone. The references must
  // outlive this object.
  PortConnections(EventLoop& loop, const Clock& clock, const GrpcPort::Options& options,
                  TlsAcceptor* tls, ConnectionCounts& counts, std::function<void()> ended);
  ~PortConnections();
  PortConnections(const PortConnections&) = delete;

  EventLoop& loop() { return loop_; }

  // Takes a connected socket.
  void Adopt(int fd);
  // Asks every client to end.
  void DrainAll();
  // Cuts all off at the end of this turn.
  void CloseAll();

 private:
  struct Entry {
    ServerSession* session;
    absl::Time opened_at;
    absl::Time drain_at;
    absl::Time drained_at = absl::InfiniteFuture();
    // What the socket had taken, and when that changed last.
    uint64_t sent = 0;
    absl::Time sent_at;
  };

  static void Drain(Entry& entry, absl::Time now);
  void Tick(absl::Time now);
  void Age(SocketConnection& connection, Entry& entry, absl::Time now) const;
  void CutIfIdle(SocketConnection& connection, Entry& entry, absl::Time now);
  void OnClosed(SocketConnection& connection);

  EventLoop& loop_;
  const Clock& clock_;
  const GrpcPort::Options& options_;
  TlsAcceptor* const tls_;
  ConnectionCounts& counts_;
  const std::function<void()> ended_;
  std::map<SocketConnection*, Entry> open_;
};

}  // namespace serin::http2
