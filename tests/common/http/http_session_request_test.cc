// What may be a request and what is refused.
#include "tests/common/http/http_session_fixture.h"

namespace serin {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(HttpSessionTest, RefusesABodyOverTheLimitAndLooksAtNothingBehindIt) {
  EXPECT_THAT(Talk(Post(std::string(kMaxBodyBytes, 'a'))), StartsWith("HTTP/1.1 200"));
  const std::string refused = Talk(Post(std::string(kMaxBodyBytes + 1, 'a')) + Get("/next"));
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 413 Payload Too Large\r\n"));
  EXPECT_THAT(refused, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(refused, HasSubstr("at most 100 bytes"));
  EXPECT_THAT(asked_, SizeIs(1));
  Restart();
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"),
              StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpSessionTest, AClientThatWasRefusedMayFinishSendingSoThatItSeesWhy) {
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_TRUE(session_->all_said());
  EXPECT_TRUE(session_->lingering());
  EXPECT_FALSE(session_->done());
  EXPECT_EQ(Talk(std::string(1000, 'a')), "");
  EXPECT_FALSE(session_->ReceiveEnd());
}

TEST_F(HttpSessionTest, RefusesHeadersOverTheLimitHoweverTheyCome) {
  const std::string field = "X: " + std::string(9000, 'a');
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\n" + field + "\r\n\r\n"), StartsWith("HTTP/1.1 431"));
  Restart();
  std::string sent;
  for (int i = 0; i < 100 && sent.empty(); ++i) sent = Talk("X" + std::string(100, 'a'));
  EXPECT_THAT(sent, StartsWith("HTTP/1.1 4"));
  Restart();
  sent = Talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  for (int i = 0; i < 1000 && sent.empty(); ++i) sent = Talk(std::string(100, 'a'));
  EXPECT_THAT(sent, StartsWith("HTTP/1.1 431")) << "an endless chunk extension";
}

TEST_F(HttpSessionTest, RefusesEndlessHeadersWhoseEveryPieceIsSmall) {
  // Each piece ends one byte into a line, so that no line waits for its end.
  std::string sent = Talk("GET / HTTP/1.1\r\nHost: x\r\nX");
  const std::string field = ": " + std::string(1000, 'a') + "\r\nX";
  size_t said = 0;
  for (; said < 100'000 && sent.empty(); said += field.size()) sent = Talk(field);
  EXPECT_THAT(sent, StartsWith("HTTP/1.1 431"));
  EXPECT_LT(said, HttpParser::kMaxHeaderBytes + 2 * field.size());
}

TEST_F(HttpSessionTest, RefusesMoreFieldsThanAnybodyNeeds) {
  std::string fields;
  // The first is Host.
  for (size_t i = 1; i < HttpParser::kMaxFields; ++i) fields += "a:\r\n";
  EXPECT_THAT(Talk(Get("/", fields)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Talk(Get("/", fields + "a:\r\n")),
              AllOf(StartsWith("HTTP/1.1 431"), HasSubstr("100 fields")));
}

// Boost.Beast asserts that it is given so much of it.
TEST_F(HttpSessionTest, AnEmptyChunkedBodyMayBeSplitAnywhere) {
  const std::string request =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (size_t rest = 1; rest < 8; ++rest) {
    const size_t first = request.size() - rest;
    EXPECT_EQ(Talk(request.substr(0, first)), "");
    EXPECT_EQ(Talk(request.substr(first, 1)).empty(), rest > 1);
    if (rest == 1) continue;
    EXPECT_THAT(Talk(request.substr(first + 1)), StartsWith("HTTP/1.1 200"));
  }
}

TEST_F(HttpSessionTest, AnswersGarbageWith400) {
  for (const std::string& garbage :
       {std::string("\x16\x03\x01 garbage\r\n\r\n"), std::string("GET / HTTP/2.0\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"), std::string("GET /\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
        std::string(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")}) {
    Restart();
    EXPECT_THAT(Talk(garbage), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << garbage;
    EXPECT_THAT(asked_, IsEmpty());
  }
}

// What a proxy before us and we would take for different requests.
TEST_F(HttpSessionTest, RefusesABodyWhoseEndIsDoubtful) {
  for (const std::string& fields :
       {std::string("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        std::string("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: gzip\r\n"),
        std::string("Transfer-Encoding: gzip, chunked\r\n"),
        std::string("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked;x\r\n"),
        std::string("Transfer-Encoding: chunked x\r\n")}) {
    Restart();
    EXPECT_THAT(
        Talk("POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n0\r\n\r\n" + Get("/smuggled")),
        StartsWith("HTTP/1.1 400"))
        << fields;
    EXPECT_THAT(asked_, IsEmpty());
  }
  Restart();
  EXPECT_THAT(Talk("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
                   "0\r\n\r\n"),
              StartsWith("HTTP/1.1 400"))
      << "HTTP/1.0 has no chunks";
  Restart();
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked \r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpSessionTest, RefusesARequestWithoutOneHost) {
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("Host: expected once, got 0 times")));
  Restart();
  EXPECT_THAT(Talk(Get("/", "HOST: y\r\n")),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("Host: expected once, got 2 times")));
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(HttpSessionTest, TakesATargetAsAProxyIsGivenIt) {
  std::vector<std::string> paths;
  handler_ = [&](const HttpRequest& request, HttpResponder respond) {
    paths.emplace_back(request.path());
    respond({});
  };
  Talk(Get("http://x/predict?a=b") + Get("http://x") + Get("HTTPS://x?a=/b") +
       Get("/a?u=http://x/y") + Get("/a://b/c"));
  EXPECT_THAT(paths, ElementsAre("/predict", "/", "/", "/a", "/a://b/c"));
}

}  // namespace
}  // namespace serin
