#include "common/http2/grpc_port.h"

#include <spdlog/spdlog.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/net/socket_connection.h"
#include "common/rpc/grpc_server.h"
#include "common/status/status_macros.h"

namespace serin::http2 {
namespace {

// A client that does not answer the drain's ping by then is not asked again.
constexpr absl::Duration kPingWait = absl::Seconds(1);

// An age of about `mean`, as connections that were opened together should not end together.
absl::Duration Spread(absl::Duration mean, absl::Time now) {
  const double draw = static_cast<double>(absl::ToUnixNanos(now) / 1000 % 1000) / 1000;
  return mean * (0.9 + 0.2 * draw);
}

}  // namespace

// The connections of one loop; on that loop.
class GrpcPort::LoopConnections {
 public:
  LoopConnections(GrpcPort& port, EventLoop& loop) : port_(port), loop_(loop) {
    loop_.RunAndWait([this] { loop_.AddTick(this, [this] { Tick(absl::Now()); }); });
  }
  ~LoopConnections() {
    loop_.RunAndWait([this] { loop_.RemoveTick(this); });
  }

  EventLoop& loop() { return loop_; }

  void Adopt(int fd) {
    const absl::Time now = absl::Now();
    auto* const connection = new SocketConnection(
        loop_, fd, SocketConnection::Reads::kUnlessBlocked, [this](SocketConnection& closed) {
          open_.erase(&closed);
          port_.OnConnections(-1);
        });
    auto session = std::make_unique<ServerSession>(
        ServerSession::Options{.max_message_bytes = port_.options_.max_message_bytes,
                               .accept = port_.options_.accept,
                               .wake = [connection] { connection->Wake(); }});
    open_.emplace(connection,
                  Entry{.session = session.get(),
                        .drain_at = now + Spread(port_.options_.max_connection_age, now)});
    port_.OnConnections(1);
    connection->Start(port_.tls_ == nullptr ? std::move(session)
                                            : port_.tls_->Wrap(std::move(session)));
  }

  void DrainAll() {
    for (auto& [connection, entry] : open_) Drain(entry, absl::Now());
  }

  void CloseAll() {
    for (auto& [connection, entry] : open_) {
      connection->Close(absl::UnavailableError("the server is shutting down"));
    }
  }

 private:
  struct Entry {
    ServerSession* session;
    absl::Time drain_at;
    absl::Time drained_at = absl::InfiniteFuture();
  };

  static void Drain(Entry& entry, absl::Time now) {
    if (entry.session->draining()) return;
    entry.drained_at = now;
    entry.session->StartDrain();
  }

  void Tick(absl::Time now) {
    for (auto& [connection, entry] : open_) {
      if (now >= entry.drain_at) Drain(entry, now);
      if (now >= entry.drained_at + kPingWait) entry.session->FinishDrain();
      if (now >= entry.drained_at + port_.options_.max_connection_age_grace) {
        connection->Close(absl::UnavailableError("the connection has reached its age"));
      }
    }
  }

  GrpcPort& port_;
  EventLoop& loop_;
  std::map<SocketConnection*, Entry> open_;
};

GrpcPort::GrpcPort(EventLoops& loops, Options options)
    : loops_(loops), options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<GrpcPort>> GrpcPort::Start(EventLoops& loops, Options options) {
  auto port = std::unique_ptr<GrpcPort>(new GrpcPort(loops, std::move(options)));
  const Options& given = port->options_;
  SERIN_ASSIGN_OR_RETURN(port->tls_, TlsAcceptor::Create(given.tls));
  if (port->tls_ == nullptr && !IsLoopback(given.listen)) {
    spdlog::warn("{} speaks plaintext and is reached from other hosts; set tls.certificate",
                 given.listen);
  }
  for (size_t i = 0; i < loops.size(); ++i) {
    port->connections_.push_back(std::make_unique<LoopConnections>(*port, loops[i]));
  }
  const auto accept = [port = port.get()](int fd) {
    LoopConnections& chosen = *port->connections_[port->loops_.NextIndex()];
    chosen.loop().Post([&chosen, fd] { chosen.Adopt(fd); });
  };
  SERIN_ASSIGN_OR_RETURN(port->listener_, TcpListener::Start(loops[0], given.listen, accept));
  port->listener_port_ = port->listener_->port();
  return port;
}

GrpcPort::~GrpcPort() { Shutdown(absl::ZeroDuration()); }

std::string GrpcPort::address() const {
  return absl::StrCat(options_.listen.substr(0, options_.listen.rfind(':')), ":", listener_port_);
}

void GrpcPort::OnConnections(int change) {
  absl::MutexLock lock(&mutex_);
  open_ += change;
}

bool GrpcPort::WaitForNone(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto none = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return open_ == 0; };
  return mutex_.AwaitWithTimeout(absl::Condition(&none), timeout);
}

void GrpcPort::StartDrain() {
  listener_.reset();
  for (const auto& one : connections_) one->loop().RunAndWait([&] { one->DrainAll(); });
}

void GrpcPort::Shutdown(absl::Duration grace) {
  StartDrain();
  if (WaitForNone(grace)) return;
  for (const auto& one : connections_) one->loop().RunAndWait([&] { one->CloseAll(); });
  WaitForNone(absl::InfiniteDuration());
}

}  // namespace serin::http2
