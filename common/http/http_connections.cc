#include "common/http/http_connections.h"

#include <memory>
#include <utility>

namespace serin {

// How long a client that has all answers may go on sending what nobody looks at.
constexpr absl::Duration kLinger = absl::Seconds(2);

HttpConnections::HttpConnections(EventLoop& loop, const Clock& clock, const Options& options)
    : loop_(loop), clock_(clock), options_(options) {
  loop_.RunAndWait([this] { loop_.AddTick(this, [this] { Tick(clock_.Now()); }); });
}

HttpConnections::~HttpConnections() {
  loop_.RunAndWait([this] { loop_.RemoveTick(this); });
}

void HttpConnections::Adopt(int fd) {
  auto* const connection = new SocketConnection(loop_, fd, SocketConnection::Reads::kUnlessBlocked,
                                                [this](SocketConnection& closed) {
                                                  open_.erase(&closed);
                                                  options_.ended();
                                                });
  auto session = std::make_unique<HttpSession>(
      HttpSession::Options{.max_body_bytes = options_.max_body_bytes,
                           .handler = &options_.handler,
                           .wake = [connection] { connection->Wake(); }});
  open_.emplace(connection, Entry{.session = session.get(), .since = clock_.Now()});
  connection->Start(std::move(session));
}

void HttpConnections::EndWithNext() {
  for (auto& [connection, entry] : open_) entry.session->EndWithNext();
}

void HttpConnections::DrainAll() {
  for (auto& [connection, entry] : open_) entry.session->Drain(connection->blocked());
}

void HttpConnections::CloseAll() {
  for (auto& [connection, entry] : open_) {
    connection->Close(absl::UnavailableError("the server ends"));
  }
}

void HttpConnections::Tick(absl::Time now) {
  for (auto& [connection, entry] : open_) {
    const HttpSession& session = *entry.session;
    // An answer takes as long as its handler lets it.
    const bool waits_for_us = session.asking() && !connection->blocked();
    const bool lingers = session.lingering() && !connection->blocked();
    if (waits_for_us || entry.steps != session.steps() || entry.lingers != lingers) {
      entry.steps = session.steps();
      entry.lingers = lingers;
      entry.since = now;
    } else if (now >= entry.since + (lingers ? kLinger : options_.idle_timeout)) {
      connection->Close(absl::DeadlineExceededError("the client is silent, or does not read"));
    }
  }
}

}  // namespace serin
