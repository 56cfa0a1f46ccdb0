#include "common/http/http_server.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"

namespace serin {

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(EventLoops& loops,
                                                              const Options& options,
                                                              Handler handler) {
  auto server =
      std::unique_ptr<HttpServer>(new HttpServer(nullptr, loops, options, std::move(handler)));
  SERIN_RETURN_IF_ERROR(server->Listen());
  return server;
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options,
                                                              Handler handler) {
  auto own = std::make_unique<EventLoops>(1);
  EventLoops& loops = *own;
  auto server = std::unique_ptr<HttpServer>(
      new HttpServer(std::move(own), loops, options, std::move(handler)));
  SERIN_RETURN_IF_ERROR(server->Listen());
  return server;
}

HttpServer::HttpServer(std::unique_ptr<EventLoops> own_loops, EventLoops& loops,
                       const Options& options, Handler handler)
    : options_(options),
      own_loops_(std::move(own_loops)),
      loops_(loops),
      connection_options_({.max_body_bytes = options.max_body_bytes,
                           .idle_timeout = options.idle_timeout,
                           .handler = std::move(handler),
                           .ended = [this] { Release(); }}) {
  for (size_t i = 0; i < loops_.size(); ++i) {
    connections_.push_back(
        std::make_unique<HttpConnections>(loops_[i], clock_, connection_options_));
  }
}

HttpServer::~HttpServer() {
  Shutdown(absl::ZeroDuration());
  // What the last connection calls at its end must be over.
  connections_.clear();
}

absl::Status HttpServer::Listen() {
  SERIN_ASSIGN_OR_RETURN(listener_, TcpListener::Start(loops_[0], clock_,
                                                       {.listen = options_.listen,
                                                        .accept = [this](int fd) { Accept(fd); }}));
  port_ = listener_->port();
  return absl::OkStatus();
}

void HttpServer::Accept(int fd) {
  if (Admit()) {
    HttpConnections& chosen = *connections_[loops_.NextIndex()];
    return chosen.loop().Post([&chosen, fd] { chosen.Adopt(fd); });
  }
  close(fd);
  if (const uint64_t times = refusals_.Count(clock_.Now()); times > 0) {
    spdlog::warn("http: {}: refused {} connections: {} are open, and that is the most",
                 options_.listen, times, options_.max_connections);
  }
}

bool HttpServer::Admit() {
  absl::MutexLock lock(&mutex_);
  if (open_ >= options_.max_connections) return false;
  ++open_;
  return true;
}

void HttpServer::Release() {
  absl::MutexLock lock(&mutex_);
  --open_;
}

bool HttpServer::WaitForNone(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto none = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return open_ == 0; };
  return mutex_.AwaitWithTimeout(absl::Condition(&none), timeout);
}

void HttpServer::Shutdown(absl::Duration grace) {
  listener_.reset();
  for (const auto& one : connections_) one->loop().RunAndWait([&] { one->EndWithNext(); });
  const absl::Duration late = std::min(grace, kLateRequests);
  if (WaitForNone(late)) return;
  for (const auto& one : connections_) one->loop().RunAndWait([&] { one->DrainAll(); });
  if (WaitForNone(grace - late)) return;
  for (const auto& one : connections_) one->loop().RunAndWait([&] { one->CloseAll(); });
  WaitForNone(absl::InfiniteDuration());
}

}  // namespace serin
