#include "common/net/tcp_listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin {
namespace {

// A peer that acknowledges nothing for so long is lost, also while connecting.
constexpr unsigned kLostAfterMs = 10'000;

// The same for a client, whose network may be worse.
constexpr unsigned kSilentMs = 60'000;

// accept(2) fails until something else is freed.
bool IsExhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

// "host:port", "[::1]:port".
absl::StatusOr<Addresses> Resolve(const std::string& address, int flags) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("expected host:port, got \"", address, "\""));
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found);
  if (error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected host:port, got \"", address, "\": ", gai_strerror(error)));
  }
  return Addresses(found, freeaddrinfo);
}

absl::Status Refusal(const std::string& listen) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", listen,
                                             ": is the address in use, or not one of this host? (",
                                             std::strerror(errno), ")"));
}

int OpenSocket(const addrinfo& address) {
  return socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                           : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TcpListener>> TcpListener::Start(EventLoop& loop, const Clock& clock,
                                                                Options options) {
  const std::string& listen = options.listen;
  SERIN_ASSIGN_OR_RETURN(const Addresses found, Resolve(listen, AI_PASSIVE));
  const int fd = OpenSocket(*found);
  if (fd < 0) return Refusal(listen);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, SOMAXCONN) != 0) {
    const absl::Status refusal = Refusal(listen);
    close(fd);
    return refusal;
  }
  auto listener = std::unique_ptr<TcpListener>(
      new TcpListener(loop, clock, fd, PortOf(fd), std::move(options)));
  loop.RunAndWait([&loop, fd, one = listener.get()] {
    loop.Watch(fd, EPOLLIN, *one);
    loop.AddTick(one, [one] { one->Tick(); });
  });
  return listener;
}

TcpListener::~TcpListener() {
  loop_.RunAndWait([this] {
    loop_.RemoveTick(this);
    loop_.Unwatch(fd_, *this);
  });
  close(fd_);
}

void TcpListener::OnReady(uint32_t) {
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    // Otherwise somebody gave up meanwhile.
    if (IsExhausted(errno)) Pause();
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kSilentMs, sizeof(kSilentMs));
  options_.accept(fd);
}

void TcpListener::Pause() {
  const int error = errno;
  options_.exhausted();
  loop_.Rewatch(fd_, 0, *this);
  const absl::Time now = clock_.Now();
  resume_at_ = now + kPause;
  if (const uint64_t times = pauses_.Count(now); times > 0) {
    spdlog::warn("port {}: no connection can be accepted: {} ({} times); what is open goes on",
                 port_, std::strerror(error), times);
  }
}

void TcpListener::Tick() {
  if (resume_at_ == absl::InfinitePast() || clock_.Now() < resume_at_) return;
  resume_at_ = absl::InfinitePast();
  loop_.Rewatch(fd_, EPOLLIN, *this);
}

absl::StatusOr<int> StartConnect(const std::string& address, size_t which) {
  SERIN_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address, 0));
  const addrinfo* found = addresses.get();
  for (size_t i = 0; i < which; ++i) {
    found = found->ai_next != nullptr ? found->ai_next : addresses.get();
  }
  const int fd = OpenSocket(*found);
  if (fd >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kLostAfterMs, sizeof(kLostAfterMs));
    if (connect(fd, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS) return fd;
  }
  const absl::Status failure = absl::UnavailableError(
      absl::StrCat("cannot connect to ", address, ": ", std::strerror(errno)));
  if (fd >= 0) close(fd);
  return failure;
}

}  // namespace serin
