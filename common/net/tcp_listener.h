#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/event_loop.h"

namespace serin {

// A listening TCP socket whose connections are handed out on one loop.
class TcpListener final : private FdHandler {
 public:
  // Gets a connected socket that does not block, and owns it.
  using Accept = std::function<void(int fd)>;

  // `listen` is host:port; port 0 takes a free one. Errors: INVALID_ARGUMENT (not an address of
  // this host), UNAVAILABLE (in use). Not on the loop itself, here and below.
  static absl::StatusOr<std::unique_ptr<TcpListener>> Start(EventLoop& loop,
                                                            const std::string& listen,
                                                            Accept accept);
  // Stops listening; `accept` is not called any more.
  ~TcpListener();

  int port() const { return port_; }

 private:
  TcpListener(EventLoop& loop, int fd, int port, Accept accept)
      : loop_(loop), fd_(fd), port_(port), accept_(std::move(accept)) {}

  void OnReady(uint32_t events) override;

  EventLoop& loop_;
  const int fd_;
  const int port_;
  const Accept accept_;
};

// Starts to connect to host:port without waiting for it: a socket that does not block and is or
// will be connected. Errors: UNAVAILABLE.
absl::StatusOr<int> StartConnect(const std::string& address);

}  // namespace serin
