#include "common/http2/server_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/http2/grpc_text.h"
#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/scripted_server.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::http2::testing::RawAnswer;
using ::serin::http2::testing::RawClient;
using ::serin::http2::testing::ScriptedCall;
using ::serin::http2::testing::ScriptedServer;
using ::serin::http2::testing::StatusOf;
using ::serin::http2::testing::Unframed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ServerSessionTest, AnswersACallWithHeadersMessageAndTrailers) {
  ScriptedServer server;
  RawClient client;
  const int stream = client.Send(RawClient::CallHeaders("/echo"), Framed("hello"));
  ASSERT_TRUE(server.Talk(client));
  const RawAnswer& answer = client.answer(stream);
  EXPECT_EQ(answer.fields.at(":status"), "200");
  EXPECT_EQ(answer.fields.at("content-type"), "application/grpc");
  EXPECT_THAT(Unframed(answer.body), ElementsAre("hello"));
  EXPECT_EQ(StatusOf(answer), "0");
  EXPECT_EQ(answer.header_blocks, 2);
  EXPECT_TRUE(answer.closed);
  EXPECT_EQ(answer.error, 0u);
}

TEST(ServerSessionTest, TakesWhatComesByteByByte) {
  ScriptedServer server;
  RawClient client;
  const int first = client.Send(RawClient::CallHeaders("/echo"), Framed("one") + Framed("two"));
  const int second = client.Send(RawClient::CallHeaders("/echo"), Framed(""));
  for (const char byte : client.TakeOutput()) {
    ASSERT_TRUE(server.session().Receive(std::string_view(&byte, 1)));
  }
  ASSERT_TRUE(server.Talk(client));
  EXPECT_THAT(Unframed(client.answer(first).body), ElementsAre("one", "two"));
  EXPECT_THAT(Unframed(client.answer(second).body), ElementsAre(""));
}

TEST(ServerSessionTest, TheHandlerSeesPathMetadataAndTimeout) {
  ScriptedServer server;
  RawClient client;
  client.Send(
      RawClient::CallHeaders(
          "/a.B/C", {{"grpc-timeout", "250m"}, {"traceparent", "00-1-2-01"}, {"blob-bin", "AAEC"}}),
      "", false);
  ASSERT_TRUE(server.Talk(client));
  const ServerCall& call = *server.calls.at(0)->call;
  EXPECT_EQ(call.path(), "/a.B/C");
  EXPECT_EQ(call.timeout(), absl::Milliseconds(250));
  EXPECT_EQ(call.metadata().size(), 2u);
  EXPECT_EQ(call.metadata().Find("traceparent"), "00-1-2-01");
  EXPECT_EQ(call.metadata().Find("blob-bin"), "AAEC");
}

TEST(ServerSessionTest, AFailureWithoutAnswerIsTrailersAloneWithItsMessageEncoded) {
  ScriptedServer server;
  RawClient client;
  const int stream = client.Send(RawClient::CallHeaders("/x"), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  server.calls.at(0)->call->Finish(absl::NotFoundError("100 % caf\xC3\xA9"), {{"why", "a test"}});
  ASSERT_TRUE(server.Talk(client));
  const RawAnswer& answer = client.answer(stream);
  EXPECT_EQ(answer.header_blocks, 1);
  EXPECT_EQ(StatusOf(answer), "5");
  EXPECT_EQ(answer.fields.at("grpc-message"), "100 %25 caf%C3%A9");
  EXPECT_EQ(answer.fields.at("why"), "a test");
}

TEST(ServerSessionTest, ALongErrorIsCutBetweenCharacters) {
  ScriptedServer server;
  RawClient client;
  const int stream = client.Send(RawClient::CallHeaders("/x"), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  std::string text = "x";
  for (int i = 0; i < 100'000; ++i) text += "\xC3\xA9";
  server.calls.at(0)->call->Finish(absl::NotFoundError(text));
  ASSERT_TRUE(server.Talk(client));
  const std::string message = PercentDecode(client.answer(stream).fields.at("grpc-message"));
  EXPECT_EQ(message, text.substr(0, 1023) + "...");
}

TEST(ServerSessionTest, AMessageOverTheLimitFailsItsCallAlone) {
  ScriptedServer server(/*max_message_bytes=*/1000);
  RawClient client;
  const int large = client.Send(RawClient::CallHeaders("/echo"), Framed(std::string(1001, 'x')));
  const int fits = client.Send(RawClient::CallHeaders("/echo"), Framed(std::string(1000, 'x')));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(StatusOf(client.answer(large)), "8");
  EXPECT_EQ(client.answer(large).fields.at("grpc-message"),
            "Received message larger than max (1001 vs. 1000)");
  EXPECT_TRUE(client.answer(large).closed);
  EXPECT_EQ(StatusOf(client.answer(fits)), "0");
}

TEST(ServerSessionTest, WhatIsNoGrpcIsRefusedInHttp) {
  ScriptedServer server;
  RawClient client;
  const int get = client.Send({{":method", "GET"},
                               {":scheme", "http"},
                               {":path", "/"},
                               {":authority", "test"},
                               {"content-type", "application/grpc"}},
                              "");
  const int json = client.Send({{":method", "POST"},
                                {":scheme", "http"},
                                {":path", "/echo"},
                                {":authority", "test"},
                                {"content-type", "application/json"}},
                               "{}");
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(client.answer(get).fields.at(":status"), "405");
  EXPECT_EQ(client.answer(json).fields.at(":status"), "415");
  EXPECT_TRUE(server.calls.empty());
}

TEST(ServerSessionTest, HeadersOverTheLimitAreRefused) {
  ScriptedServer server;
  RawClient client;
  const int stream = client.Send(
      RawClient::CallHeaders("/echo", {{"large", std::string(20'000, 'x')}}), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(StatusOf(client.answer(stream)), "8");
  EXPECT_THAT(client.answer(stream).fields.at("grpc-message"), HasSubstr("16384"));
}

TEST(ServerSessionTest, ACallThatEndsWithinAMessageFails) {
  ScriptedServer server;
  RawClient client;
  const int stream = client.Send(RawClient::CallHeaders("/echo"), Framed("hello").substr(0, 7));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(StatusOf(client.answer(stream)), "13");
  EXPECT_TRUE(server.calls.at(0)->cancelled);
}

TEST(ServerSessionTest, AResetAndALostConnectionCancelTheirCalls) {
  ScriptedServer server;
  RawClient client;
  const int first = client.Send(RawClient::CallHeaders("/x"), Framed("m"));
  client.Send(RawClient::CallHeaders("/x"), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  client.Reset(first);
  ASSERT_TRUE(server.Talk(client));
  EXPECT_TRUE(server.calls.at(0)->cancelled);
  EXPECT_FALSE(server.calls.at(1)->cancelled);
  EXPECT_EQ(server.session().calls(), 1u);
  server.Close();
  EXPECT_TRUE(server.calls.at(1)->cancelled);
}

TEST(ServerSessionTest, AnAnswerBeforeTheClientHasEndedResetsTheRest) {
  ScriptedServer server;
  RawClient client;
  const int stream = client.Send(RawClient::CallHeaders("/x"), Framed("m"), /*end=*/false);
  ASSERT_TRUE(server.Talk(client));
  server.calls.at(0)->call->Finish(absl::InternalError("enough"));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_TRUE(client.answer(stream).closed);
  EXPECT_EQ(StatusOf(client.answer(stream)), "13");
}

TEST(ServerSessionTest, PingsAreAnswered) {
  ScriptedServer server;
  RawClient client;
  client.Ping();
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(client.pongs(), 1);
}

TEST(ServerSessionTest, ADrainLetsCallsInFlightFinishAndThenEndsTheConnection) {
  ScriptedServer server;
  RawClient client;
  const int running = client.Send(RawClient::CallHeaders("/x"), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  server.session().StartDrain();
  // On its way when the client hears of it: still taken.
  const int crossing = client.Send(RawClient::CallHeaders("/echo"), Framed("m"));
  ASSERT_TRUE(server.Talk(client));
  EXPECT_TRUE(client.goaway());
  EXPECT_EQ(client.goaway_error(), 0u);
  EXPECT_EQ(client.goaway_last_stream(), crossing) << "the client's ping answer closed the door";
  EXPECT_EQ(StatusOf(client.answer(crossing)), "0");
  EXPECT_FALSE(server.session().done());
  server.calls.at(0)->call->Finish(absl::OkStatus());
  ASSERT_TRUE(server.Talk(client));
  EXPECT_EQ(StatusOf(client.answer(running)), "0");
  EXPECT_TRUE(server.session().done());
}

}  // namespace
}  // namespace serin::http2
