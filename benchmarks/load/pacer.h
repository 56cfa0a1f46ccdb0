#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "benchmarks/load/unary_calls.h"
#include "common/net/event_loop.h"
#include "common/net/socket_connection.h"

namespace serin::load {

// What was answered in a while: latencies in microseconds, from when a call was due.
struct Answers {
  std::vector<float> latencies;
  int errors = 0;
};

// Calls at a constant rate, whatever becomes of those before: an open loop. On the event loop, but
// for its constructor and destructor.
class Pacer final : private FdHandler {
 public:
  struct Options {
    std::string target;
    double rate = 1000;  // calls a second
    uint64_t calls = 10'000;
    int connections = 4;
    // A call beyond so many is not sent and counts as an error.
    int64_t max_in_flight = 10'000;
    UnaryCalls::Options call;  // without what it calls
    // All calls are answered.
    std::function<void()> on_end;
  };

  Pacer(EventLoop& loop, Options options);
  Pacer(const Pacer&) = delete;
  ~Pacer();

  void Start();
  // Closes the connections at the end of the loop's turn; before it is destroyed.
  void Stop();
  // The answers since the last time.
  Answers Take();

 private:
  struct Connection {
    SocketConnection* socket = nullptr;
    UnaryCalls* calls = nullptr;
  };

  absl::Time due() const { return start_ + static_cast<double>(sent_) * gap_; }
  void OnReady(uint32_t events) override;
  void Rearm() const;
  void Send(Connection& connection, absl::Time due);
  bool Connect(Connection& connection);
  void OnAnswer(absl::Time due, bool ok);

  EventLoop& loop_;
  const Options options_;
  const absl::Duration gap_;
  const int timer_;
  std::vector<Connection> connections_;
  absl::Time start_;
  uint64_t sent_ = 0;
  uint64_t answered_ = 0;
  Answers answers_;
};

}  // namespace serin::load
