#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/seldom.h"
#include "common/time/clock.h"

namespace serin {

// A listening TCP socket whose connections are handed out on one loop. While the process has no
// descriptor or memory for one more, it looks again only every kPause: what is open goes on, who
// connects waits.
class TcpListener final : private FdHandler {
 public:
  static constexpr absl::Duration kPause = absl::Seconds(1);

  // Gets a connected socket that does not block, and owns it.
  using Accept = std::function<void(int fd)>;

  struct Options {
    // host:port; port 0 takes a free one.
    std::string listen;
    Accept accept;
    // There was no descriptor for a connection.
    std::function<void()> exhausted = [] {};
  };

  // `clock` must outlive the listener. Errors: INVALID_ARGUMENT (not an address of this host),
  // UNAVAILABLE (in use). Not on the loop itself, here and below.
  static absl::StatusOr<std::unique_ptr<TcpListener>> Start(EventLoop& loop, const Clock& clock,
                                                            Options options);
  // Stops listening; neither function is called any more.
  ~TcpListener();

  int port() const { return port_; }

 private:
  TcpListener(EventLoop& loop, const Clock& clock, int fd, int port, Options options)
      : loop_(loop), clock_(clock), fd_(fd), port_(port), options_(std::move(options)) {}

  void OnReady(uint32_t events) override;
  void Pause();
  void Tick();

  EventLoop& loop_;
  const Clock& clock_;
  const int fd_;
  const int port_;
  const Options options_;
  // Future while it is paused.
  absl::Time resume_at_ = absl::InfinitePast();
  Seldom pauses_;
};

// Starts to connect to host:port without waiting for it: a socket that does not block and is or
// will be connected. A host that is a name is resolved first, which may take long; of several
// addresses `which`, counted round and round, is taken. Errors: UNAVAILABLE.
absl::StatusOr<int> StartConnect(const std::string& address, size_t which = 0);

}  // namespace serin
