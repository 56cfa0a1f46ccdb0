// serin-probe URL: the health check of the container images, which hold no curl and need no shell.
//
// Gets http://HOST:PORT/PATH within two seconds. Exits 0 when the answer is 200, 1 when it is not
// or nobody answers, 64 when the URL is none.
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

constexpr int kExitUnhealthy = 1;
constexpr int kExitBadUrl = 64;
constexpr std::chrono::seconds kTimeout(2);

struct Target {
  std::string host, port, path;
};

// False when the text is not http://HOST:PORT/PATH.
bool Parse(std::string_view url, Target& target) {
  constexpr std::string_view kScheme = "http://";
  if (url.substr(0, kScheme.size()) != kScheme) return false;
  url.remove_prefix(kScheme.size());
  const size_t slash = std::min(url.find('/'), url.size());
  const size_t colon = url.substr(0, slash).rfind(':');
  if (colon == std::string_view::npos) return false;
  target.host = url.substr(0, colon);
  target.port = url.substr(colon + 1, slash - colon - 1);
  target.path = slash < url.size() ? url.substr(slash) : "/";
  return !target.host.empty() && !target.port.empty();
}

// A connection that does not wait beyond the timeout. What fails says why in errno.
class Connection {
 public:
  Connection() = default;
  ~Connection() { Close(); }
  Connection(const Connection&) = delete;

  // To the first of the addresses that takes it.
  bool Open(const addrinfo* addresses) {
    for (const addrinfo* one = addresses; one != nullptr; one = one->ai_next) {
      Close();
      fd_ = socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd_ >= 0 && (connect(fd_, one->ai_addr, one->ai_addrlen) == 0 || Connects())) return true;
    }
    return false;
  }

  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent =
          Wait(POLLOUT) ? send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) : ssize_t{-1};
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // How many bytes came; 0 at the end, less when it failed.
  ssize_t Read(char* bytes, size_t most) const {
    return Wait(POLLIN) ? recv(fd_, bytes, most, 0) : ssize_t{-1};
  }

 private:
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  bool Connects() const {
    if (errno != EINPROGRESS || !Wait(POLLOUT)) return false;
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    return error == 0;
  }

  bool Wait(short events) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
    pollfd wanted{fd_, events, 0};
    const int ready = poll(&wanted, 1, std::max(0, static_cast<int>(left.count())));
    if (ready == 0) errno = ETIMEDOUT;
    return ready > 0;
  }

  const Clock::time_point end_ = Clock::now() + kTimeout;
  int fd_ = -1;
};

int Fail(const Target& target, const char* why) {
  std::printf("%s:%s: %s\n", target.host.c_str(), target.port.c_str(), why);
  return kExitUnhealthy;
}

int Get(const Target& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* addresses = nullptr;
  const int unknown = getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &addresses);
  if (unknown != 0) return Fail(target, gai_strerror(unknown));
  Connection connection;
  const bool asked = connection.Open(addresses) &&
                     connection.Send("GET " + target.path + " HTTP/1.1\r\nHost: " + target.host +
                                     "\r\nConnection: close\r\n\r\n");
  freeaddrinfo(addresses);
  if (!asked) return Fail(target, std::strerror(errno));
  http::response_parser<http::string_body> answer;
  answer.eager(true);
  boost::beast::error_code error;
  std::string unread;
  while (!error && !answer.is_done()) {
    std::array<char, 4096> bytes;
    const ssize_t got = connection.Read(bytes.data(), bytes.size());
    if (got < 0) return Fail(target, std::strerror(errno));
    unread.append(bytes.data(), static_cast<size_t>(got));
    if (!unread.empty()) unread.erase(0, answer.put({unread.data(), unread.size()}, error));
    if (error == http::error::need_more) error = {};
    if (got > 0 || error || answer.is_done()) continue;
    if (!answer.got_some()) return Fail(target, "no answer");
    answer.put_eof(error);
    break;
  }
  if (error) return Fail(target, error.message().c_str());
  std::printf("%u\n%s", answer.get().result_int(), answer.get().body().c_str());
  return answer.get().result() == http::status::ok ? 0 : kExitUnhealthy;
}

}  // namespace

int main(int argc, char** argv) {
  Target target;
  if (argc != 2 || !Parse(argv[1], target)) {
    std::fprintf(stderr, "serin-probe: expected http://HOST:PORT/PATH, got %s\n",
                 argc == 2 ? argv[1] : "other arguments");
    return kExitBadUrl;
  }
  return Get(target);
}
