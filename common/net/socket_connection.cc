#include "common/net/socket_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace serin {
namespace {

constexpr size_t kReadBytes = 64 << 10;

void SetOption(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof(value));
}

bool IsLater(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

SocketConnection::SocketConnection(EventLoop& loop, int fd, Reads reads,
                                   std::function<void(SocketConnection&)> on_closed)
    : loop_(loop), fd_(fd), reads_(reads), on_closed_(std::move(on_closed)) {
  // All only make things better; a socket that is no TCP socket has none of them.
  SetOption(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
  // A peer that is gone without a word is known after a minute and a half, not after two hours.
  SetOption(fd_, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd_, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  SetOption(fd_, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  SetOption(fd_, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

SocketConnection::~SocketConnection() { close(fd_); }

void SocketConnection::Start(std::unique_ptr<ByteSession> session) {
  session_ = std::move(session);
  watched_ = EPOLLIN;
  loop_.Watch(fd_, watched_, *this);
  Wake();
}

void SocketConnection::Wake() {
  if (queued_ || closed_) return;
  queued_ = true;
  loop_.AtTurnEnd(*this);
}

bool SocketConnection::Close(const absl::Status& why) {
  if (closed_) return false;
  closed_ = true;
  why_ = why;
  loop_.Unwatch(fd_, *this);
  if (!queued_) loop_.AtTurnEnd(*this);
  return true;
}

void SocketConnection::Fail(const std::string& what) {
  Close(absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno))));
}

void SocketConnection::OnReady(uint32_t events) {
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) ReadSome();
  if ((events & EPOLLOUT) != 0 && !closed_) Wake();
}

void SocketConnection::ReadSome() {
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
  if (got < 0) {
    if (!IsLater(errno)) Fail("the connection broke");
    return;
  }
  if (got == 0) return OnPeerEnd();
  if (ending_) return;
  ending_ = !session_->Receive({buffer.data(), static_cast<size_t>(got)});
  Wake();
}

void SocketConnection::OnPeerEnd() {
  if (std::exchange(peer_ended_, true) || !session_->ReceiveEnd()) {
    Close(absl::UnavailableError("the peer closed the connection"));
  } else {
    Wake();
  }
}

void SocketConnection::Run() {
  queued_ = false;
  if (!closed_) return WriteAll();
  session_->OnClosed(why_);
  on_closed_(*this);
  delete this;
}

void SocketConnection::WriteAll() {
  do {
    if (written_ == out_.size()) {
      out_.clear();
      written_ = 0;
      session_->Produce(out_, kMostWaiting);
      if (out_.empty()) break;
    }
    if (!WriteSome()) return;
  } while (true);
  blocked_ = false;
  if (ending_ || session_->done()) {
    Close(absl::UnavailableError("the connection has ended"));
    return;
  }
  if (session_->all_said() && !std::exchange(said_end_, true)) shutdown(fd_, SHUT_WR);
  Rewatch();
}

bool SocketConnection::WriteSome() {
  const ssize_t sent = send(fd_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
  if (sent < 0 && !IsLater(errno)) {
    // Not connected yet is no fault.
    if (errno != ENOTCONN) Fail("the connection broke");
    return false;
  }
  if (sent > 0) {
    written_ += static_cast<size_t>(sent);
    sent_ += static_cast<uint64_t>(sent);
  }
  if (written_ == out_.size()) return true;
  blocked_ = true;
  Rewatch();
  return false;
}

void SocketConnection::Rewatch() {
  const bool reads =
      !peer_ended_ && session_->wants_more() && (!blocked_ || reads_ == Reads::kAlways);
  const uint32_t wanted = (reads ? EPOLLIN : 0U) | (blocked_ ? EPOLLOUT : 0U);
  if (wanted != std::exchange(watched_, wanted)) loop_.Rewatch(fd_, wanted, *this);
}

}  // namespace serin
