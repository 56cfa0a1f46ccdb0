#pragma once

#include <functional>
#include <map>

#include "absl/time/time.h"
#include "common/http/http_session.h"
#include "common/net/event_loop.h"
#include "common/net/socket_connection.h"
#include "common/time/clock.h"

namespace serin {

// The connections of an HttpServer that belong to one loop, and their end when they keep us
// waiting. On that loop, but for constructor and destructor.
class HttpConnections {
 public:
  struct Options {
    size_t max_body_bytes;
    absl::Duration idle_timeout;
    HttpSession::Handler handler;
    // A connection is gone.
    std::function<void()> ended;
  };

  // The references must outlive this object.
  HttpConnections(EventLoop& loop, const Clock& clock, const Options& options);
  ~HttpConnections();
  HttpConnections(const HttpConnections&) = delete;

  EventLoop& loop() { return loop_; }

  // Takes a connected socket.
  void Adopt(int fd);
  // Each ends with the answer to its next request.
  void EndWithNext();
  // Each ends when the requests that were handed out are answered.
  void DrainAll();
  // Cuts all off at the end of this turn.
  void CloseAll();

 private:
  struct Entry {
    HttpSession* session;
    // Of the session, whether it has all answers and only keeps sending, and when that changed
    // last.
    uint64_t steps = 0;
    bool lingers = false;
    absl::Time since;
  };

  void Tick(absl::Time now);

  EventLoop& loop_;
  const Clock& clock_;
  const Options& options_;
  std::map<SocketConnection*, Entry> open_;
};

}  // namespace serin
