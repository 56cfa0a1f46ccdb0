// Any bytes on the data port's connections, in pieces of any size: calls begin and end, and none is
// left over when the connection is gone.
#include <algorithm>
#include <string>

#include "common/http2/server_session.h"
#include "common/status/check.h"
#include "tests/fuzz/fuzz_target.h"

namespace serin::http2 {
namespace {

constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMostOutput = 1 << 16;
// The client's connection preface and an empty SETTINGS frame (RFC 9113, 3.4).
constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

int alive = 0;

// Sends back what it gets, and stops reading after each message until something was sent.
class Echo final : public CallHandler {
 public:
  explicit Echo(ServerCall& call) : call_(call) { ++alive; }
  ~Echo() override { --alive; }

  void OnMessage(std::string message) override {
    SERIN_CHECK(message.size() <= kMaxMessageBytes);
    call_.PauseReading();
    call_.SendMessage(message);
  }
  // May end this handler.
  void OnSent() override { call_.ResumeReading(); }
  void OnHalfClosed() override {
    call_.Finish(absl::OkStatus());
    delete this;
  }
  void OnCancelled() override { delete this; }

 private:
  ServerCall& call_;
};

void Talk(std::string_view input, size_t piece) {
  {
    ServerSession session({.max_message_bytes = kMaxMessageBytes,
                           .accept = [](ServerCall& call) { return new Echo(call); },
                           .wake = [] {}});
    std::string out;
    bool good = true;
    while (good && !input.empty()) {
      const size_t size = std::min(piece, input.size());
      good = session.Receive(input.substr(0, size));
      input.remove_prefix(size);
      out.clear();
      session.Produce(out, kMostOutput);
    }
    session.OnClosed(absl::UnavailableError("the fuzzer has gone"));
  }
  SERIN_CHECK(alive == 0);
}

}  // namespace
}  // namespace serin::http2

SERIN_FUZZ(input) {
  if (input.empty()) return;
  const auto first = static_cast<uint8_t>(input.front());
  const std::string bytes(input.substr(1));
  // Half of the inputs begin as a client does, so that what follows is looked at, too.
  const std::string talk = first % 2 == 0 ? std::string(serin::http2::kPreface) + bytes : bytes;
  serin::http2::Talk(talk, size_t{first} / 2 + 1);
}
