#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/net/byte_session.h"

namespace serin::load {

// Unary gRPC calls of one method with one request, as many at a time as are asked for, on one
// connection. It reads nothing of an answer but its status, so that a load generator can share two
// cores with what it measures. On one thread.
class UnaryCalls final : public ByteSession {
 public:
  struct Options {
    std::string authority;  // host:port
    std::string path;       // "/serin.v1.Predictor/Predict"
    std::string request;    // as protobuf encodes it
    absl::Duration timeout = absl::Seconds(30);
    // A call that was to be sent at `due` is over; ok: with gRPC's status OK.
    std::function<void(absl::Time due, bool ok)> on_answer;
  };

  explicit UnaryCalls(Options options);
  ~UnaryCalls() override;

  void Call(absl::Time due);
  // Calls that were due longer than the timeout before `now` are over.
  void Expire(absl::Time now);
  // The server wants no more calls here.
  bool retired() const { return retired_; }

  bool Receive(std::string_view bytes) override;
  void Produce(std::string& out, size_t most) override;
  bool done() const override;
  void OnClosed(const absl::Status& why) override;

 private:
  struct Callbacks;
  struct State {
    absl::Time due;
    size_t sent = 0;
    bool ok = false;
  };

  void End(int32_t stream);

  const Options options_;
  const std::string message_;  // the request behind its length
  const std::string timeout_;
  nghttp2_session* session_ = nullptr;
  absl::flat_hash_map<int32_t, State> calls_;
  bool retired_ = false;
  bool broken_ = false;
  // While Produce() runs.
  std::string* target_ = nullptr;
  size_t most_ = 0;
};

}  // namespace serin::load
