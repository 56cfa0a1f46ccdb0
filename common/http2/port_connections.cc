#include "common/http2/port_connections.h"

#include <memory>
#include <utility>

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

PortConnections::PortConnections(EventLoop& loop, const Clock& clock,
                                 const GrpcPort::Options& options, TlsAcceptor* tls,
                                 ConnectionCounts& counts, std::function<void()> ended)
    : loop_(loop),
      clock_(clock),
      options_(options),
      tls_(tls),
      counts_(counts),
      ended_(std::move(ended)) {
  loop_.RunAndWait([this] { loop_.AddTick(this, [this] { Tick(clock_.Now()); }); });
}

PortConnections::~PortConnections() {
  loop_.RunAndWait([this] { loop_.RemoveTick(this); });
}

void PortConnections::Adopt(int fd) {
  const absl::Time now = clock_.Now();
  auto* const connection =
      new SocketConnection(loop_, fd, SocketConnection::Reads::kUnlessBlocked,
                           [this](SocketConnection& closed) { OnClosed(closed); });
  auto session = std::make_unique<ServerSession>(
      ServerSession::Options{.max_message_bytes = options_.max_message_bytes,
                             .accept = options_.accept,
                             .wake = [connection] { connection->Wake(); }});
  open_.emplace(connection, Entry{.session = session.get(),
                                  .opened_at = now,
                                  .drain_at = now + Spread(options_.max_connection_age, now),
                                  .sent_at = now});
  connection->Start(tls_ == nullptr ? std::move(session) : tls_->Wrap(std::move(session)));
}

void PortConnections::OnClosed(SocketConnection& connection) {
  const auto found = open_.find(&connection);
  if (found->second.session->flooded()) ++counts_.flooded;
  open_.erase(found);
  ended_();
}

void PortConnections::DrainAll() {
  for (auto& [connection, entry] : open_) Drain(entry, clock_.Now());
}

void PortConnections::CloseAll() {
  for (auto& [connection, entry] : open_) {
    connection->Close(absl::UnavailableError("the server is shutting down"));
  }
}

void PortConnections::Drain(Entry& entry, absl::Time now) {
  if (entry.session->draining()) return;
  entry.drained_at = now;
  entry.session->StartDrain();
}

void PortConnections::Tick(absl::Time now) {
  for (auto& [connection, entry] : open_) {
    entry.session->Tick();
    Age(*connection, entry, now);
    CutIfIdle(*connection, entry, now);
  }
}

void PortConnections::Age(SocketConnection& connection, Entry& entry, absl::Time now) const {
  if (now >= entry.drain_at) Drain(entry, now);
  if (now >= entry.drained_at + kPingWait) entry.session->FinishDrain();
  if (now >= entry.drained_at + options_.max_connection_age_grace) {
    connection.Close(absl::UnavailableError("the connection has reached its age"));
  }
}

void PortConnections::CutIfIdle(SocketConnection& connection, Entry& entry, absl::Time now) {
  if (!entry.session->established() && now >= entry.opened_at + options_.handshake_timeout) {
    if (connection.Close(absl::UnavailableError("the client has not begun to speak HTTP/2"))) {
      ++counts_.silent;
    }
  }
  if (!connection.blocked() || connection.sent() != entry.sent) {
    entry.sent = connection.sent();
    entry.sent_at = now;
  } else if (now >= entry.sent_at + options_.stall_timeout) {
    if (connection.Close(absl::UnavailableError("the client does not read"))) ++counts_.stalled;
  }
}

}  // namespace serin::http2
