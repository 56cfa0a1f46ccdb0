#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http2/server_session.h"
#include "tests/common/http2/raw_client.h"

namespace serin::http2::testing {

// A handler that keeps what it is told, so that a test can look at it and answer by hand. With
// `echo` it answers every message with itself and ends with OK when the client does. Owned by its
// server, and kept after its call.
class ScriptedCall final : public CallHandler {
 public:
  ScriptedCall(ServerCall& answered, bool echo) : call(&answered), echo_(echo) {}

  void OnMessage(std::string message) override {
    messages.push_back(std::move(message));
    if (pause_after > 0 && messages.size() % pause_after == 0) call->PauseReading();
    if (echo_) call->SendMessage(messages.back());
  }
  void OnHalfClosed() override {
    half_closed = true;
    if (echo_) std::exchange(call, nullptr)->Finish(absl::OkStatus());
  }
  void OnSent() override { ++sent; }
  void OnCancelled() override {
    cancelled = true;
    call = nullptr;
  }

  ServerCall* call;
  std::vector<std::string> messages;
  size_t pause_after = 0;
  int sent = 0;
  bool half_closed = false;
  bool cancelled = false;

 private:
  const bool echo_;
};

// A server session and a raw client that talk without sockets. Paths that begin with "/echo" echo.
class ScriptedServer {
 public:
  explicit ScriptedServer(size_t max_message_bytes = 1 << 20, size_t pause_after = 0,
                          size_t max_held_bytes = 128 << 20)
      : session_({.max_message_bytes = max_message_bytes,
                  .max_held_bytes = max_held_bytes,
                  .accept =
                      [this, pause_after](ServerCall& call) {
                        calls.push_back(std::make_unique<ScriptedCall>(
                            call, call.path().substr(0, 5) == "/echo"));
                        calls.back()->pause_after = pause_after;
                        return calls.back().get();
                      },
                  .wake = [] {}}) {}
  ~ScriptedServer() {
    if (!closed_) Close();
  }

  // Passes bytes to and fro until both are silent. False: one of them does not follow any more.
  bool Talk(RawClient& client) {
    for (int round = 0; round < 1000; ++round) {
      const std::string up = client.TakeOutput();
      if (!up.empty() && !session_.Receive(up)) return Finish(client);
      const std::string down = Produce();
      if (!client.Receive(down)) return false;
      if (up.empty() && down.empty()) return true;
    }
    return false;
  }

  std::string Produce(size_t most = 1 << 20) {
    std::string out;
    session_.Produce(out, most);
    return out;
  }

  void Close() {
    closed_ = true;
    session_.OnClosed(absl::UnavailableError("closed by the test"));
  }

  ServerSession& session() { return session_; }

  std::vector<std::unique_ptr<ScriptedCall>> calls;

 private:
  bool Finish(RawClient& client) {
    client.Receive(Produce());
    return false;
  }

  bool closed_ = false;
  ServerSession session_;
};

}  // namespace serin::http2::testing
