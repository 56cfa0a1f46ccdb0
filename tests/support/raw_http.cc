#include "tests/support/raw_http.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace serin::testing {

namespace {

// A connected socket that has sent all; also when it could not.
int SendAll(int port, std::string_view bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return fd;
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return fd;
}

}  // namespace

std::string RawHttpExchange(int port, std::string_view bytes) {
  const int fd = SendAll(port, bytes);
  std::string answer;
  std::array<char, 16 << 10> piece;
  for (ssize_t got = 1; got > 0;) {
    got = recv(fd, piece.data(), piece.size(), 0);
    if (got > 0) answer.append(piece.data(), static_cast<size_t>(got));
  }
  close(fd);
  return answer;
}

void RawHttpReset(int port, std::string_view bytes, const std::function<void()>& until) {
  const int fd = SendAll(port, bytes);
  until();
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
}

std::string HttpGet(int port, std::string_view target) {
  return RawHttpExchange(port, "GET " + std::string(target) +
                                   " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

}  // namespace serin::testing
