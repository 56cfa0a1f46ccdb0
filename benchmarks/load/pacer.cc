#include "benchmarks/load/pacer.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/net/tcp_listener.h"
#include "common/status/check.h"

namespace serin::load {
namespace {

// Calls that are due within so long leave together, for a wake-up costs as much as a call.
constexpr absl::Duration kShortestSleep = absl::Microseconds(100);

}  // namespace

Pacer::Pacer(EventLoop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      gap_(absl::Seconds(1 / options_.rate)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      connections_(static_cast<size_t>(options_.connections)) {
  SERIN_CHECK(timer_ >= 0);
}

Pacer::~Pacer() { close(timer_); }

void Pacer::Start() {
  start_ = absl::Now();
  loop_.Watch(timer_, EPOLLIN, *this);
  loop_.AddTick(this, [this] {
    for (Connection& connection : connections_) {
      if (connection.socket == nullptr) continue;
      connection.calls->Expire(absl::Now());
      connection.socket->Wake();
    }
  });
  Rearm();
}

void Pacer::Stop() {
  loop_.RemoveTick(this);
  for (const Connection& connection : connections_) {
    if (connection.socket != nullptr) connection.socket->Close(absl::OkStatus());
  }
}

Answers Pacer::Take() { return std::exchange(answers_, {}); }

void Pacer::Rearm() const {
  itimerspec when{};
  when.it_value = absl::ToTimespec(std::max(due() - absl::Now(), kShortestSleep));
  SERIN_CHECK(timerfd_settime(timer_, 0, &when, nullptr) == 0);
}

void Pacer::OnReady(uint32_t) {
  const absl::Time now = absl::Now();
  for (; sent_ < options_.calls && due() <= now; ++sent_) {
    Send(connections_[sent_ % connections_.size()], due());
  }
  if (sent_ < options_.calls) return Rearm();
  loop_.Unwatch(timer_, *this);
}

void Pacer::Send(Connection& connection, absl::Time due) {
  const bool room = static_cast<int64_t>(sent_ - answered_) < options_.max_in_flight;
  const bool connected = connection.socket != nullptr && !connection.calls->retired();
  if (!room || (!connected && !Connect(connection))) return OnAnswer(due, false);
  connection.calls->Call(due);
  connection.socket->Wake();
}

bool Pacer::Connect(Connection& connection) {
  const absl::StatusOr<int> socket = StartConnect(options_.target);
  if (!socket.ok()) return false;
  UnaryCalls::Options call = options_.call;
  call.authority = options_.target;
  call.on_answer = [this](absl::Time due, bool ok) { OnAnswer(due, ok); };
  auto calls = std::make_unique<UnaryCalls>(std::move(call));
  connection.calls = calls.get();
  connection.socket = new SocketConnection(loop_, *socket, SocketConnection::Reads::kAlways,
                                           [&connection](SocketConnection& closed) {
                                             if (connection.socket == &closed)
                                               connection = Connection();
                                           });
  connection.socket->Start(std::move(calls));
  return true;
}

void Pacer::OnAnswer(absl::Time due, bool ok) {
  const absl::Duration latency = ok ? absl::Now() - due : options_.call.timeout;
  answers_.latencies.push_back(static_cast<float>(absl::ToDoubleMicroseconds(latency)));
  answers_.errors += ok ? 0 : 1;
  if (++answered_ == options_.calls) options_.on_end();
}

}  // namespace serin::load
