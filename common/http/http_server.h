#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/http/http_connections.h"
#include "common/http/http_exchange.h"
#include "common/http/http_message.h"
#include "common/net/event_loops.h"
#include "common/net/seldom.h"
#include "common/net/tcp_listener.h"
#include "common/time/clock.h"

namespace serin {

// An HTTP/1.1 server on event loops, where each connection belongs to one: keep-alive; pipelined
// requests are handed out as they come and answered in their order; limits on size and time.
// Malformed requests are answered with 400, bodies over the limit with 413, headers over 8 KiB
// or 100 fields with 431, each followed by closing the connection, for which the client has two
// seconds: what it goes on sending is not looked at. Thread-safe.
class HttpServer {
 public:
  struct Options {
    // host:port; port 0 takes a free one.
    std::string listen;
    size_t max_body_bytes = 1 << 20;
    // A connection is closed when a request takes longer than this to arrive, its answer longer
    // than this to be written, or nothing is asked for so long.
    // Load balancers commonly wait 60 s; whoever waits shorter may close as a request comes.
    absl::Duration idle_timeout = absl::Seconds(75);
    // One more is accepted and closed at once.
    int max_connections = 4096;
  };

  // Called on a loop; must not block it. The request holds until it returns. The responder may be
  // kept and called later, on any thread, as long as the loops are there.
  using Handler = HttpSession::Handler;

  // On loops that must outlive the server, or on one of its own. Errors: INVALID_ARGUMENT
  // (address), UNAVAILABLE (address in use).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(EventLoops& loops,
                                                           const Options& options, Handler handler);
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options, Handler handler);
  ~HttpServer();

  // The port that is listened on.
  int port() const { return port_; }

  // A client on a connection that it keeps cannot know yet: for so long its next request is
  // answered as ever, as the connection's last.
  static constexpr absl::Duration kLateRequests = absl::Seconds(1);

  // Accepts no more connections; after kLateRequests answers requests that are still coming with
  // 503; lets those in flight be answered for at most `grace` in all, then closes everything. Not
  // on a loop. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  HttpServer(std::unique_ptr<EventLoops> own_loops, EventLoops& loops, const Options& options,
             Handler handler);

  absl::Status Listen();
  // On the listener's loop.
  void Accept(int fd);
  bool Admit();
  void Release();
  bool WaitForNone(absl::Duration timeout);

  const RealClock clock_;
  const Options options_;
  // Null on the loops of others.
  const std::unique_ptr<EventLoops> own_loops_;
  EventLoops& loops_;
  const HttpConnections::Options connection_options_;
  // One a loop.
  std::vector<std::unique_ptr<HttpConnections>> connections_;
  std::unique_ptr<TcpListener> listener_;
  int port_ = 0;
  Seldom refusals_;

  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace serin
