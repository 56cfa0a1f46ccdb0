#include "tests/common/http2/raw_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "common/time/milliseconds.h"

namespace serin::http2::testing {

RawConnection::RawConnection(int port, int receive_buffer)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  closed_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0;
}

RawConnection::~RawConnection() { close(fd_); }

bool RawConnection::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string RawConnection::Read(absl::Duration timeout) {
  pollfd wanted{fd_, POLLIN, 0};
  if (closed_ || poll(&wanted, 1, ToMilliseconds(timeout)) <= 0) {
    return "";
  }
  std::string bytes(64 << 10, '\0');
  const ssize_t got = recv(fd_, bytes.data(), bytes.size(), 0);
  closed_ = got <= 0;
  bytes.resize(closed_ ? 0 : static_cast<size_t>(got));
  return bytes;
}

bool RawConnection::WaitForClose(absl::Duration timeout) {
  const absl::Time limit = absl::Now() + timeout;
  while (!closed_ && absl::Now() < limit) Read(limit - absl::Now());
  return closed_;
}

bool RawConnection::Talk(RawClient& client, const std::function<bool()>& until,
                         absl::Duration timeout) {
  const absl::Time limit = absl::Now() + timeout;
  while (true) {
    const std::string up = client.TakeOutput();
    if (!up.empty() && !Send(up)) return until();
    if (until()) return true;
    if (closed_ || absl::Now() >= limit) return false;
    if (!client.Receive(Read(limit - absl::Now()))) return false;
  }
}

}  // namespace serin::http2::testing
