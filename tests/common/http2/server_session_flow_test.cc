// How much a session takes and gives at a time, whatever its client and its handlers do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/http2/server_session.h"
#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/scripted_server.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::http2::testing::RawClient;
using ::serin::http2::testing::ScriptedCall;
using ::serin::http2::testing::ScriptedServer;
using ::serin::http2::testing::StatusOf;
using ::testing::HasSubstr;

TEST(ServerSessionFlowTest, APausedHandlerHoldsTheClientBackAndLosesNothing) {
  constexpr int kMessages = 100;
  ScriptedServer server(1 << 20, /*pause_after=*/1);
  RawClient client;
  std::string body;
  for (int i = 0; i < kMessages; ++i) body += Framed(absl::StrCat(i, std::string(20'000, 'x')));
  const int stream = client.Send(RawClient::CallHeaders("/x"), body);
  ASSERT_TRUE(server.Talk(client));
  ScriptedCall& call = *server.calls.at(0);
  EXPECT_EQ(call.messages.size(), 1u);
  EXPECT_GE(client.unsent(stream), body.size() - ServerSession::kStreamWindow - 20'010);
  for (int i = 1; i < kMessages; ++i) {
    call.call->ResumeReading();
    ASSERT_TRUE(server.Talk(client));
    ASSERT_EQ(call.messages.size(), static_cast<size_t>(i + 1));
    EXPECT_THAT(call.messages.back(), HasSubstr(absl::StrCat(i, "xxx")));
  }
  EXPECT_FALSE(call.half_closed) << "the end comes after what was held";
  call.call->ResumeReading();
  EXPECT_TRUE(call.half_closed);
}

TEST(ServerSessionFlowTest, AClientThatGivesNoLeaveGetsOnlyItsWindow) {
  constexpr size_t kWindow = 1000;
  ScriptedServer server;
  RawClient client(kWindow);
  const int stream = client.Send(RawClient::CallHeaders("/x"), "", false);
  ASSERT_TRUE(server.Talk(client));
  ScriptedCall& call = *server.calls.at(0);
  for (int i = 0; i < 10; ++i) call.call->SendMessage(std::string(500, 'x'));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(client.answer(stream).body.size(), kWindow);
  EXPECT_EQ(call.call->unsent_bytes(), 10 * 505 - kWindow);
  const int told = call.sent;
  client.Consume(stream);
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(client.answer(stream).body.size(), 2 * kWindow);
  EXPECT_GT(call.sent, told) << "the handler hears of it";
}

TEST(ServerSessionFlowTest, OnePieceOfOutputHoldsTheAnswersOfManyCalls) {
  ScriptedServer server;
  RawClient client;
  for (int i = 0; i < 64; ++i) client.Send(RawClient::CallHeaders("/echo"), Framed("m"));
  ASSERT_TRUE(server.session().Receive(client.TakeOutput()));
  const std::string all = server.Produce();
  EXPECT_EQ(server.Produce(), "");
  ASSERT_TRUE(client.Receive(all));
  for (int stream = 1; stream < 128; stream += 2) EXPECT_TRUE(client.answer(stream).closed);
}

TEST(ServerSessionFlowTest, WhatIsProducedAtOnceIsBounded) {
  ScriptedServer server;
  RawClient client(10 << 20);
  for (int i = 0; i < 64; ++i) {
    client.Send(RawClient::CallHeaders("/echo"), Framed(std::string(1000, 'x')));
  }
  ASSERT_TRUE(server.session().Receive(client.TakeOutput()));
  EXPECT_LT(server.Produce(10'000).size(), 30'000u);
}

TEST(ServerSessionFlowTest, WhatIsProducedOfOneLargeAnswerAtOnceIsBoundedToo) {
  constexpr size_t kSize = 8 << 20;
  ScriptedServer server;
  RawClient client(64 << 20);
  const int stream = client.Send(RawClient::CallHeaders("/x"), "", false);
  ASSERT_TRUE(server.Talk(client));
  ServerCall& call = *server.calls.at(0)->call;
  call.SendMessage(std::string(kSize, 'x'));
  while (client.answer(stream).body.size() < kSize) {
    const std::string piece = server.Produce(10'000);
    ASSERT_LT(piece.size(), 30'000u);
    ASSERT_TRUE(client.Receive(piece));
    // More is queued while a frame of the stream waits.
    if (client.answer(stream).body.size() < kSize / 2) call.SendMessage("y");
  }
}

TEST(ServerSessionFlowTest, AStreamThatIsResetWhileItsFrameWaitsHarmsNobody) {
  ScriptedServer server;
  RawClient client(64 << 20);
  const int large = client.Send(RawClient::CallHeaders("/x"), "", false);
  ASSERT_TRUE(server.Talk(client));
  server.calls.at(0)->call->SendMessage(std::string(1 << 20, 'x'));
  ASSERT_TRUE(client.Receive(server.Produce(10'000)));
  client.Reset(large);
  const int other = client.Send(RawClient::CallHeaders("/echo"), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_TRUE(server.calls.at(0)->cancelled);
  EXPECT_EQ(StatusOf(client.answer(other)), "0");
}

TEST(ServerSessionFlowTest, TenThousandCallsFitOnAConnection) {
  ScriptedServer server;
  RawClient client;
  std::vector<int> streams;
  for (int i = 0; i < ServerSession::kMostStreams; ++i) {
    streams.push_back(client.Send(RawClient::CallHeaders("/x"), Framed("m")));
  }
  ASSERT_TRUE(server.Talk(client));
  ASSERT_EQ(server.calls.size(), streams.size());
  for (const auto& call : server.calls) call->call->Finish(absl::OkStatus());
  ASSERT_TRUE(server.Talk(client));
  for (const int stream : streams) ASSERT_EQ(StatusOf(client.answer(stream)), "0");
}

}  // namespace
}  // namespace serin::http2
