// Any bytes from a model server, in pieces of any size: the stream to it ends exactly once, when
// its connection is gone at the latest.
#include <algorithm>
#include <string>

#include "common/http2/client_stream.h"
#include "common/status/check.h"
#include "tests/fuzz/fuzz_target.h"

namespace serin::http2 {
namespace {

constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMostOutput = 1 << 16;
// An empty SETTINGS frame, with which a server begins (RFC 9113, 3.4).
constexpr std::string_view kPreface("\0\0\0\4\0\0\0\0\0", 9);

// Sends a message for each that it gets, and no more once the server wants to end.
class Caller final : public ClientStreamHandler {
 public:
  void OnEstablished() override { SERIN_CHECK(ends == 0 && ++established == 1); }
  void OnMessage(std::string message) override {
    SERIN_CHECK(ends == 0 && established == 1 && message.size() <= kMaxMessageBytes);
    stream->BeginMessage().append(message);
    stream->EndMessage();
  }
  void OnGoaway() override {
    SERIN_CHECK(ends == 0);
    stream->HalfClose();
  }
  void OnEnd(const absl::Status&) override { ++ends; }

  ClientStream* stream = nullptr;
  int established = 0;
  int ends = 0;
};

void Talk(std::string_view input, size_t piece) {
  Caller caller;
  ClientStream stream(
      {.authority = "a:1", .path = "/a/B", .max_message_bytes = kMaxMessageBytes, .wake = [] {}},
      caller);
  caller.stream = &stream;
  stream.BeginMessage().append("first");
  stream.EndMessage();
  std::string out;
  bool good = true;
  while (good && !stream.done() && !input.empty()) {
    out.clear();
    stream.Produce(out, kMostOutput);
    const size_t size = std::min(piece, input.size());
    good = stream.Receive(input.substr(0, size));
    input.remove_prefix(size);
  }
  stream.OnClosed(absl::UnavailableError("the fuzzer has gone"));
  SERIN_CHECK(caller.ends == 1);
}

}  // namespace
}  // namespace serin::http2

SERIN_FUZZ(input) {
  if (input.empty()) return;
  const auto first = static_cast<uint8_t>(input.front());
  const std::string bytes(input.substr(1));
  const std::string talk = first % 2 == 0 ? std::string(serin::http2::kPreface) + bytes : bytes;
  serin::http2::Talk(talk, size_t{first} / 2 + 1);
}
