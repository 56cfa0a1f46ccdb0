#include "common/http2/client_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/scripted_server.h"
#include "tests/support/status_matchers.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::RawFrame;
using ::serin::http2::testing::ScriptedCall;
using ::serin::http2::testing::ScriptedServer;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Keeps what it is told; fails the test when that goes on after the end.
class Caller final : public ClientStreamHandler {
 public:
  void OnEstablished() override {
    EXPECT_FALSE(end.has_value());
    ++established;
  }
  void OnMessage(std::string message) override {
    EXPECT_FALSE(end.has_value());
    EXPECT_EQ(established, 1);
    messages.push_back(std::move(message));
  }
  void OnGoaway() override {
    EXPECT_FALSE(end.has_value());
    ++goaways;
  }
  void OnEnd(const absl::Status& status) override {
    EXPECT_FALSE(end.has_value());
    end = status;
  }

  std::vector<std::string> messages;
  int established = 0;
  int goaways = 0;
  std::optional<absl::Status> end;
};

class ClientStreamTest : public ::testing::Test {
 protected:
  ClientStreamTest()
      : stream_({.authority = "test", .path = "/x", .max_message_bytes = 1000, .wake = [] {}},
                caller_) {}

  void Send(const std::string& message) {
    stream_.BeginMessage().append(message);
    stream_.EndMessage();
  }

  std::string Output() {
    std::string out;
    stream_.Produce(out, 1 << 20);
    return out;
  }

  // Until both are silent, or one does not follow any more.
  void Talk() {
    for (std::string up = Output(), down; !stream_.done(); up = Output()) {
      if (!up.empty() && !server_.session().Receive(up)) return;
      down = server_.Produce();
      if (up.empty() && down.empty()) return;
      if (!stream_.Receive(down)) return;
    }
  }

  ScriptedCall& call() { return *server_.calls.at(0); }

  Caller caller_;
  ScriptedServer server_;
  ClientStream stream_;
};

TEST_F(ClientStreamTest, MessagesGoBothWaysUntilBothHaveEnded) {
  Send("one");
  Send("two");
  Talk();
  EXPECT_THAT(call().messages, ElementsAre("one", "two"));
  call().call->SendMessage("1");
  Talk();
  Send("three");
  stream_.HalfClose();
  Talk();
  EXPECT_THAT(call().messages, ElementsAre("one", "two", "three"));
  EXPECT_TRUE(call().half_closed);
  call().call->SendMessage("2");
  call().call->Finish(absl::OkStatus());
  Talk();
  EXPECT_THAT(caller_.messages, ElementsAre("1", "2"));
  ASSERT_TRUE(caller_.end.has_value());
  EXPECT_THAT(*caller_.end, IsOk());
  EXPECT_TRUE(stream_.done());
}

TEST_F(ClientStreamTest, AServersErrorIsTheEnd) {
  Send("one");
  Talk();
  call().call->SendMessage("1");
  call().call->Finish(absl::NotFoundError("100 %"));
  Talk();
  EXPECT_THAT(caller_.messages, ElementsAre("1"));
  EXPECT_THAT(*caller_.end, StatusIs(absl::StatusCode::kNotFound, "100 %"));
}

TEST_F(ClientStreamTest, ALostConnectionIsUnavailable) {
  Send("one");
  Talk();
  stream_.OnClosed(absl::UnavailableError("cut"));
  EXPECT_THAT(*caller_.end, StatusIs(absl::StatusCode::kUnavailable, "cut"));
}

TEST_F(ClientStreamTest, AResetIsUnavailable) {
  Send("one");
  Talk();
  EXPECT_TRUE(stream_.Receive(RawFrame(NGHTTP2_RST_STREAM, 0, 1, std::string("\0\0\0\2", 4))));
  EXPECT_THAT(*caller_.end,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("without a status")));
}

TEST_F(ClientStreamTest, AServerThatAsksToEndIsHeardAndStillAnswers) {
  Send("one");
  Talk();
  server_.session().StartDrain();
  Talk();
  EXPECT_GE(caller_.goaways, 1);
  EXPECT_FALSE(caller_.end.has_value());
  stream_.HalfClose();
  Talk();
  EXPECT_TRUE(call().half_closed);
  call().call->SendMessage("1");
  call().call->Finish(absl::OkStatus());
  Talk();
  EXPECT_THAT(caller_.messages, ElementsAre("1"));
  EXPECT_THAT(*caller_.end, IsOk());
}

TEST_F(ClientStreamTest, AStreamThatTheServerHadNotSeenWhenItAskedToEndEndsInOrder) {
  Send("one");
  ASSERT_TRUE(stream_.Receive(RawFrame(NGHTTP2_SETTINGS, 0, 0, "")));
  Output();
  // GOAWAY: the last stream it has seen is 0, NO_ERROR.
  ASSERT_TRUE(stream_.Receive(RawFrame(NGHTTP2_GOAWAY, 0, 0, std::string(8, '\0'))));
  ASSERT_TRUE(caller_.end.has_value());
  EXPECT_THAT(*caller_.end, IsOk()) << "nothing of it was read, so it may go elsewhere";
}

TEST_F(ClientStreamTest, AMessageOverTheLimitEndsTheStream) {
  Send("one");
  Talk();
  call().call->SendMessage(std::string(1001, 'x'));
  Talk();
  EXPECT_THAT(*caller_.end, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("1001")));
  EXPECT_TRUE(stream_.done());
}

TEST_F(ClientStreamTest, AServerThatSpeaksNoHttp2IsLost) {
  Send("one");
  Output();
  stream_.Receive("HTTP/1.1 400 Bad Request\r\n\r\n");
  Output();
  EXPECT_TRUE(stream_.done()) << "so that the connection is closed";
  stream_.OnClosed(absl::UnavailableError("cut"));
  EXPECT_THAT(*caller_.end, StatusIs(absl::StatusCode::kUnavailable, "cut"));
}

TEST_F(ClientStreamTest, AServerThatGivesNoLeaveGetsOnlyItsWindow) {
  Talk();
  call().call->PauseReading();
  for (int i = 0; i < 100; ++i) Send(std::string(20'000, 'x'));
  size_t sent = 0;
  for (std::string up = Output(); !up.empty(); up = Output()) {
    sent += up.size();
    ASSERT_TRUE(server_.session().Receive(up));
    stream_.Receive(server_.Produce());
  }
  EXPECT_LT(sent, 2u * ServerSession::kStreamWindow);
}

}  // namespace
}  // namespace serin::http2
