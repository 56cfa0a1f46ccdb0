#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/http2/server_session.h"
#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/scripted_server.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::http2::testing::RawClient;
using ::serin::http2::testing::ScriptedServer;

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
