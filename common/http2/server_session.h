#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/http2/frame_budget.h"
#include "common/http2/server_call.h"
#include "common/net/byte_session.h"

namespace serin::http2 {

// The server's side of one HTTP/2 connection that carries gRPC, on nghttp2, without a socket. On
// one thread.
//
// Memory is bounded whatever the client does: a stream may send kStreamWindow bytes ahead of its
// handler and one message of `max_message_bytes`, all of them together hold `max_held_bytes`,
// header blocks of kMostHeaderBytes are taken, and nothing is produced while the socket does not
// take it. A client that floods (resets, frames that ask for nothing) is told ENHANCE_YOUR_CALM,
// and the session is at its end.
class ServerSession final : public ByteSession {
 public:
  static constexpr int kMostStreams = 10'000;
  static constexpr int kStreamWindow = 256 << 10;
  static constexpr int kConnectionWindow = 4 << 20;
  static constexpr size_t kMostHeaderBytes = 16 << 10;

  struct Options {
    size_t max_message_bytes = 4 << 20;
    // While the calls hold more than this (messages that are not complete, what handlers keep,
    // answers that the client does not read), a call that sends more fails with RESOURCE_EXHAUSTED.
    size_t max_held_bytes = 128 << 20;
    // Gives each call its handler; never null.
    std::function<CallHandler*(ServerCall&)> accept;
    // There is something to send, though nothing was received.
    std::function<void()> wake;
  };

  explicit ServerSession(Options options);
  ~ServerSession() override;

  bool Receive(std::string_view bytes) override;
  void Produce(std::string& out, size_t most) override;
  bool done() const override;
  void OnClosed(const absl::Status& why) override;

  // Asks the client to end: GOAWAY, then (after its answer, or FinishDrain()) no new call is taken.
  // Calls in flight go on; when the last one ends the session is done.
  void StartDrain();
  void FinishDrain();
  bool draining() const { return draining_; }

  size_t calls() const { return calls_; }
  size_t held_bytes() const { return held_bytes_; }
  // The client has begun to speak HTTP/2.
  bool established() const { return established_; }
  // It was ended for a flood.
  bool flooded() const { return flooded_; }
  // Ten times a second, for limits that renew themselves.
  void Tick() { budget_.OnTick(); }

 private:
  friend class ServerCall;
  struct Callbacks;

  // From calls.
  void Respond(ServerCall& call, absl::Span<const Field> metadata);
  void RespondWithTrailers(ServerCall& call);
  void Resume(ServerCall& call);
  void Consumed(const ServerCall& call, size_t stream_bytes);

  // From nghttp2.
  void OnBeginHeaders(int stream);
  void OnFrame(const nghttp2_frame& frame);
  // False: the client floods.
  bool Account(const nghttp2_frame& frame);
  void OnHeaders(ServerCall& call);
  void OnFrameSent(const nghttp2_frame& frame);
  void OnStreamClosed(int stream);
  void Remove(ServerCall& call);

  void Refuse(const ServerCall& call, const char* http_status);
  void SubmitTrailers(ServerCall& call);
  ServerCall* Find(int stream) const;

  const Options options_;
  nghttp2_session* session_ = nullptr;
  ServerCall* first_ = nullptr;
  size_t calls_ = 0;
  size_t held_bytes_ = 0;
  bool broken_ = false;
  bool draining_ = false;
  bool drain_finished_ = false;
  bool established_ = false;
  bool flooded_ = false;
  FrameBudget budget_;
  // While Produce() runs.
  std::string* out_ = nullptr;
  size_t most_ = 0;
  // Streams that go on and of which something was sent since.
  std::vector<int> sent_;
};

}  // namespace serin::http2
