#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "common/http2/server_session.h"
#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/scripted_server.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::http2::testing::RawClient;
using ::serin::http2::testing::RawFrame;
using ::serin::http2::testing::ScriptedServer;
using ::testing::HasSubstr;

TEST(HostilePeerTest, WhoeverSpeaksNoHttp2IsToldSoAndIsAtItsEnd) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::string(100, '\0'),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)}) {
    ScriptedServer server;
    EXPECT_FALSE(server.session().Receive(bytes));
    EXPECT_TRUE(server.session().done());
    RawClient client;
    client.Receive(server.Produce());
    EXPECT_TRUE(client.goaway());
    EXPECT_EQ(client.goaway_error(), static_cast<uint32_t>(NGHTTP2_PROTOCOL_ERROR));
  }
}

TEST(HostilePeerTest, PingsWhoseAnswersAreNotReadEndTheConnection) {
  ScriptedServer server;
  RawClient client;
  for (int i = 0; i < 3000; ++i) client.Ping();
  EXPECT_FALSE(server.session().Receive(client.TakeOutput()));
}

TEST(HostilePeerTest, ManyCallsResetByTheirClientDoNoHarm) {
  ScriptedServer server;
  RawClient client;
  for (int round = 0; round < 100; ++round) {
    std::vector<int> streams;
    for (int i = 0; i < 100; ++i) {
      streams.push_back(client.Send(RawClient::CallHeaders("/x"), Framed("m")));
    }
    ASSERT_TRUE(server.Talk(client));
    for (const int stream : streams) client.Reset(stream);
    ASSERT_TRUE(server.Talk(client));
    ASSERT_EQ(server.session().calls(), 0u);
  }
}

// A session after a client's preface, and what is then sent to it frame by frame.
class FloodTest : public ::testing::Test {
 protected:
  FloodTest() {
    stream_ = client_.Send(RawClient::CallHeaders("/x"), "", false);
    EXPECT_TRUE(server_.Talk(client_));
  }

  // How often the frames were taken before the session ended, and with which error; at most so
  // often.
  int TakenOf(const std::function<std::string(int)>& frames, int most) {
    for (int i = 0; i < most; ++i) {
      const bool good = server_.session().Receive(frames(i));
      client_.Receive(server_.Produce());
      if (!good || server_.session().done()) return i;
    }
    return most;
  }

  ScriptedServer server_;
  RawClient client_;
  int stream_ = 0;
};

TEST(HostilePeerTest, FramesThatAskForNothingEndTheConnectionEvenIfTheirAnswersAreRead) {
  const auto ping = [](RawClient& client) {
    client.Ping();
    return client.TakeOutput();
  };
  const auto settings = [](RawClient& client) {
    client.Settings();
    return client.TakeOutput();
  };
  const auto data = [](RawClient&) { return RawFrame(NGHTTP2_DATA, 0, 1, ""); };
  for (const std::function<std::string(RawClient&)>& flood :
       std::vector<std::function<std::string(RawClient&)>>{ping, settings, data}) {
    ScriptedServer server;
    RawClient client;
    client.Send(RawClient::CallHeaders("/x"), "", false);
    ASSERT_TRUE(server.Talk(client));
    int taken = 0;
    while (taken < 20'000 && server.session().Receive(flood(client))) {
      ++taken;
      client.Receive(server.Produce());
    }
    EXPECT_NEAR(taken, FrameBudget::kIdleFrames, 20);
    client.Receive(server.Produce());
    EXPECT_EQ(client.goaway_error(), static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
    EXPECT_TRUE(server.session().flooded());
  }
}

TEST_F(FloodTest, PingsBesideCallsAreNoFlood) {
  for (int i = 0; i < 5000; ++i) {
    for (int ping = 0; ping < 8; ++ping) client_.Ping();
    const int call = client_.Send(RawClient::CallHeaders("/echo"), Framed("m"));
    ASSERT_TRUE(server_.Talk(client_)) << i;
    ASSERT_TRUE(client_.answer(call).closed);
  }
}

TEST_F(FloodTest, PingsOfALongLifeAreNoFlood) {
  for (int i = 0; i < 5 * FrameBudget::kIdleFrames; ++i) {
    client_.Ping();
    ASSERT_TRUE(server_.Talk(client_)) << i;
    if (i % FrameBudget::kIdlePerTick == 0) server_.session().Tick();
  }
}

TEST_F(FloodTest, FaultsThatMakeTheServerResetItsStreamsEndTheConnection) {
  const std::string overflow("\x7F\xFF\xFF\xFF", 4);
  int streams = 0;
  for (; streams < 2 * FrameBudget::kFaults && !server_.session().done(); ++streams) {
    const int stream = client_.Send(RawClient::CallHeaders("/x"), "", false);
    ASSERT_TRUE(server_.session().Receive(client_.TakeOutput() +
                                          RawFrame(NGHTTP2_WINDOW_UPDATE, 0, stream, overflow)));
    client_.Receive(server_.Produce());
  }
  EXPECT_NEAR(streams, FrameBudget::kFaults, 2);
  EXPECT_EQ(client_.goaway_error(), static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
  EXPECT_TRUE(server_.session().flooded());
}

TEST_F(FloodTest, RapidResetsEndTheConnection) {
  bool good = true;
  int resets = 0;
  while (good && resets < 100'000) {
    std::vector<int> streams(100);
    for (int& stream : streams) stream = client_.Send(RawClient::CallHeaders("/x"), Framed("m"));
    ASSERT_TRUE(server_.Talk(client_));
    for (const int stream : streams) client_.Reset(stream);
    good = server_.Talk(client_);
    resets += 100;
  }
  EXPECT_NEAR(resets, FrameBudget::kResets, 200);
  EXPECT_EQ(client_.goaway_error(), static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
  EXPECT_TRUE(server_.session().flooded());
  EXPECT_LE(server_.session().calls(), 101u);
}

TEST_F(FloodTest, HeadersThatNeverEndEndTheConnection) {
  const std::string piece(16'000, 'x');
  const auto frames = [&](int i) {
    return RawFrame(i == 0 ? NGHTTP2_HEADERS : NGHTTP2_CONTINUATION, 0, 3, i == 0 ? "" : piece);
  };
  EXPECT_LE(TakenOf(frames, 1000), 10);
}

TEST_F(FloodTest, WhoOpensMoreStreamsThanItWasAllowedIsAtItsEnd) {
  for (int i = 1; i < ServerSession::kMostStreams; ++i) {
    client_.Send(RawClient::CallHeaders("/x"), "", false);
  }
  ASSERT_TRUE(server_.Talk(client_));
  ASSERT_EQ(server_.session().calls(), static_cast<size_t>(ServerSession::kMostStreams));
  // nghttp2 as a client would keep it back: POST, http, :path /x, :authority y.
  const std::string headers("\x83\x86\x44\x02/x\x41\x01y");
  server_.session().Receive(RawFrame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS,
                                     2 * ServerSession::kMostStreams + 1, headers));
  server_.Produce();
  EXPECT_TRUE(server_.session().done());
  EXPECT_EQ(server_.session().calls(), static_cast<size_t>(ServerSession::kMostStreams));
}

constexpr size_t kHeld = 1 << 20;

// A server whose connections may hold kHeld, and messages that are a tenth of it.
class HeldBytesTest : public ::testing::Test {
 protected:
  static bool Exhausted(RawClient& client, int stream) {
    const auto& fields = client.answer(stream).fields;
    return fields.count("grpc-status") > 0 && fields.at("grpc-status") == "8";
  }

  const std::string message_ = Framed(std::string(kHeld / 10, 'x'));
  ScriptedServer server_{/*max_message_bytes=*/kHeld, /*pause_after=*/0, kHeld};
  RawClient client_{1 << 30};
};

TEST_F(HeldBytesTest, MessagesThatNeverEndFailTheCallsBeyondTheLimitAlone) {
  std::vector<int> streams;
  for (int i = 0; i < 40; ++i) {
    streams.push_back(
        client_.Send(RawClient::CallHeaders("/x"), message_.substr(0, message_.size() - 1), false));
    ASSERT_TRUE(server_.Talk(client_));
    EXPECT_LE(server_.session().held_bytes(), kHeld + message_.size());
  }
  int failed = 0;
  for (const int stream : streams) failed += Exhausted(client_, stream) ? 1 : 0;
  EXPECT_EQ(failed, 30);
  client_.SendMore(streams.front(), "x", true);
  ASSERT_TRUE(server_.Talk(client_));
  EXPECT_EQ(server_.calls.front()->messages.size(), 1u) << "the others go on";
}

TEST_F(HeldBytesTest, AnswersThatAreNotReadCountToo) {
  RawClient deaf(1000);
  int failed = 0;
  for (int i = 0; i < 40; ++i) {
    const int stream = deaf.Send(RawClient::CallHeaders("/echo"), message_);
    ASSERT_TRUE(server_.Talk(deaf));
    failed += Exhausted(deaf, stream) ? 1 : 0;
  }
  EXPECT_NEAR(failed, 30, 2);
  EXPECT_LE(server_.session().held_bytes(), kHeld + 2 * message_.size());
}

TEST_F(HeldBytesTest, WhatIsAnsweredAndReadIsForgotten) {
  for (int i = 0; i < 100; ++i) {
    const int stream = client_.Send(RawClient::CallHeaders("/echo"), message_);
    ASSERT_TRUE(server_.Talk(client_));
    ASSERT_FALSE(Exhausted(client_, stream)) << i;
    ASSERT_EQ(server_.session().held_bytes(), 0u);
  }
  const int kept = client_.Send(RawClient::CallHeaders("/x"), "", false);
  ASSERT_TRUE(server_.Talk(client_));
  server_.calls.back()->call->SetKept(1000);
  EXPECT_EQ(server_.session().held_bytes(), 1000u);
  client_.Reset(kept);
  ASSERT_TRUE(server_.Talk(client_));
  EXPECT_EQ(server_.session().held_bytes(), 0u);
}

// Damages a good conversation at random places, with a seed a case, and looks that the session
// either follows or ends, with every call told.
TEST(HostilePeerTest, DamagedBytesNeverDoMoreThanEndTheConnection) {
  std::mt19937 random(7);
  int followed = 0;
  int ended = 0;
  for (int round = 0; round < 3000; ++round) {
    ScriptedServer server(/*max_message_bytes=*/1000);
    RawClient client;
    for (int i = 0; i < 4; ++i) {
      client.Send(RawClient::CallHeaders(i % 2 == 0 ? "/echo" : "/x", {{"grpc-timeout", "1S"}}),
                  Framed("hello") + Framed(std::string(i * 300, 'x')), i != 3);
    }
    client.Ping();
    std::string bytes = client.TakeOutput();
    const int damages = static_cast<int>(random() % 4);
    // Past the preface, whose damage is another test's.
    for (int i = 0; i < damages; ++i) {
      bytes[24 + random() % (bytes.size() - 24)] = static_cast<char>(random());
    }
    bytes.resize(bytes.size() - random() % 20);
    bool good = server.session().Receive(bytes);
    server.Produce();
    good = good && !server.session().done();
    ++(good ? followed : ended);
    server.Close();
    for (const auto& call : server.calls) {
      EXPECT_TRUE(call->cancelled || call->half_closed);
      EXPECT_EQ(call->call, nullptr);
    }
  }
  EXPECT_GT(followed, 100);
  EXPECT_GT(ended, 100);
}

}  // namespace
}  // namespace serin::http2
