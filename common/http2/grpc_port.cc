#include "common/http2/grpc_port.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/http2/port_connections.h"
#include "common/rpc/grpc_server.h"
#include "common/status/status_macros.h"

namespace serin::http2 {
namespace {

constexpr int kLeastConnections = 16;
// An idle connection takes some 14 KiB.
constexpr int kMostConnections = 16'384;

int MostConnections(int configured) {
  if (configured > 0) return configured;
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return kLeastConnections;
  const auto three_quarters =
      static_cast<int>(std::min<rlim_t>(descriptors.rlim_cur / 4 * 3, kMostConnections));
  return std::max(kLeastConnections, three_quarters);
}

}  // namespace

GrpcPort::GrpcPort(EventLoops& loops, const Clock& clock, ConnectionCounts& counts, Options options)
    : loops_(loops),
      clock_(clock),
      counts_(counts),
      options_(std::move(options)),
      most_(MostConnections(options_.max_connections)) {}

absl::StatusOr<std::unique_ptr<GrpcPort>> GrpcPort::Start(EventLoops& loops, const Clock& clock,
                                                          ConnectionCounts& counts,
                                                          Options options) {
  auto port = std::unique_ptr<GrpcPort>(new GrpcPort(loops, clock, counts, std::move(options)));
  const Options& given = port->options_;
  SERIN_ASSIGN_OR_RETURN(port->tls_, TlsAcceptor::Create(given.tls));
  if (port->tls_ == nullptr) WarnOfPlaintext(given.listen);
  for (size_t i = 0; i < loops.size(); ++i) {
    port->connections_.push_back(
        std::make_unique<PortConnections>(loops[i], clock, given, port->tls_.get(), counts,
                                          [port = port.get()] { port->Release(); }));
  }
  SERIN_ASSIGN_OR_RETURN(
      port->listener_,
      TcpListener::Start(loops[0], clock,
                         {.listen = given.listen,
                          .accept = [port = port.get()](int fd) { port->Accept(fd); },
                          .exhausted = [&counts] { ++counts.exhausted; }}));
  port->listener_port_ = port->listener_->port();
  return port;
}

GrpcPort::~GrpcPort() { Shutdown(absl::ZeroDuration()); }

std::string GrpcPort::address() const {
  return absl::StrCat(options_.listen.substr(0, options_.listen.rfind(':')), ":", listener_port_);
}

void GrpcPort::Accept(int fd) {
  if (Admit()) {
    PortConnections& chosen = *connections_[loops_.NextIndex()];
    return chosen.loop().Post([&chosen, fd] { chosen.Adopt(fd); });
  }
  ++counts_.over_limit;
  close(fd);
  if (const uint64_t times = refusals_.Count(clock_.Now()); times > 0) {
    spdlog::warn("{}: refused {} connections: {} are open, and that is the most", options_.listen,
                 times, most_);
  }
}

bool GrpcPort::Admit() {
  absl::MutexLock lock(&mutex_);
  if (open_ >= most_) return false;
  counts_.open.store(++open_, std::memory_order_relaxed);
  return true;
}

void GrpcPort::Release() {
  absl::MutexLock lock(&mutex_);
  counts_.open.store(--open_, std::memory_order_relaxed);
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
