#include "common/http/http_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"

namespace serin {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr size_t kMaxBodyBytes = 100;

std::string Get(std::string_view target, std::string_view fields = "") {
  return absl::StrCat("GET ", AbslView(target), " HTTP/1.1\r\nHost: x\r\n", AbslView(fields),
                      "\r\n");
}

std::string Post(std::string_view body, std::string_view fields = "") {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ", body.size(), "\r\n",
                      AbslView(fields), "\r\n", AbslView(body));
}

// A session and its handler, which answers at once with what was asked, or keeps the responder.
class HttpSessionTest : public ::testing::Test {
 protected:
  HttpSessionTest() { Restart(); }

  void Restart() {
    session_ = std::make_unique<HttpSession>(HttpSession::Options{
        .max_body_bytes = kMaxBodyBytes, .handler = &handler_, .wake = [this] { ++wakes_; }});
    asked_.clear();
  }

  // What the session sends; at most `most` bytes at a time.
  std::string Sent(size_t most = 1 << 20) {
    std::string all, piece;
    do {
      piece.clear();
      session_->Produce(piece, most);
      EXPECT_LE(piece.size(), most);
      all += piece;
    } while (!piece.empty());
    return all;
  }

  std::string Talk(std::string_view bytes) {
    EXPECT_TRUE(session_->Receive(bytes));
    return Sent();
  }

  // The answer to "GET /<name>".
  static std::string Ok(std::string_view name, std::string_view fields = "") {
    const std::string body = absl::StrCat("GET /", AbslView(name), " ");
    return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n",
                        "Content-Length: ", body.size(), "\r\n", AbslView(fields), "\r\n", body);
  }

  bool keeps_ = false;
  std::vector<std::string> asked_;
  std::deque<HttpResponder> kept_;
  int wakes_ = 0;
  HttpSession::Handler handler_ = [this](const HttpRequest& request, HttpResponder respond) {
    asked_.push_back(absl::StrCat(AbslView(request.method), " ", AbslView(request.target), " ",
                                  AbslView(request.body)));
    if (keeps_) {
      kept_.push_back(std::move(respond));
    } else {
      respond({.body = asked_.back()});
    }
  };
  std::unique_ptr<HttpSession> session_;
};

TEST_F(HttpSessionTest, AnswersARequestAndWaitsForTheNext) {
  EXPECT_EQ(Talk(Get("/a?b=c")), Ok("a?b=c"));
  EXPECT_FALSE(session_->done());
  EXPECT_THAT(Talk(Post("text")), EndsWith("\r\n\r\nPOST / text"));
}

TEST_F(HttpSessionTest, GivesTheHandlerFieldsAndPath) {
  handler_ = [](const HttpRequest& request, HttpResponder respond) {
    EXPECT_EQ(request.path(), "/a");
    EXPECT_EQ(request.Header("X-ONE"), "1");
    EXPECT_EQ(request.Header("x-empty"), "");
    EXPECT_EQ(request.Header("x-two"), "first");
    EXPECT_EQ(request.Header("x-absent"), "");
    HttpResponse response;
    response.AddHeader("x-answer", "42");
    respond(std::move(response));
  };
  EXPECT_THAT(Talk(Get("/a?b", "x-one: 1\r\nX-Empty:\r\nx-two: first\r\nX-Two: second\r\n")),
              HasSubstr("\r\nx-answer: 42\r\n"));
}

TEST_F(HttpSessionTest, TheSameComesOfTheSameBytesInPiecesOfAnySize) {
  const std::string script = Get("/1") + Post("two\r\n\r\n") + "\r\n" +
                             "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n" +
                             Get("/4", "X-Long: " + std::string(3000, 'x') + "\r\n") +
                             "GET /5 HTTP/1.0\r\n\r\n" + Get("/never");
  const std::string whole = Talk(script);
  EXPECT_THAT(asked_,
              ElementsAre("GET /1 ", "POST / two\r\n\r\n", "POST /3 abcde", "GET /4 ", "GET /5 "));
  EXPECT_TRUE(session_->all_said());
  for (size_t piece = 1; piece < script.size(); piece += piece < 40 ? 1 : 97) {
    Restart();
    std::string sent;
    for (size_t at = 0; at < script.size(); at += piece) sent += Talk(script.substr(at, piece));
    ASSERT_EQ(sent, whole) << "in pieces of " << piece;
    ASSERT_THAT(asked_, SizeIs(5));
  }
}

TEST_F(HttpSessionTest, HandsOutPipelinedRequestsAtOnceAndAnswersThemInTheirOrder) {
  keeps_ = true;
  Talk(Get("/1") + Get("/2") + Get("/3"));
  ASSERT_THAT(kept_, SizeIs(3));
  kept_[2]({.body = "GET /3 "});
  kept_[1]({.body = "GET /2 "});
  EXPECT_EQ(Sent(), "");
  kept_[0]({.body = "GET /1 "});
  EXPECT_GT(wakes_, 0);
  EXPECT_EQ(Sent(), Ok("1") + Ok("2") + Ok("3"));
}

TEST_F(HttpSessionTest, AResponderMayBeCalledOnAnotherThreadAndOutliveTheSession) {
  keeps_ = true;
  Talk(Get("/1") + Get("/2"));
  ASSERT_THAT(kept_, SizeIs(2));
  std::thread([this] { kept_[1]({.body = "before its session's end"}); }).join();
  session_.reset();
  kept_[0]({.body = "after it"});
}

TEST_F(HttpSessionTest, AHandlerLearnsThatItsClientIsGoneUnlessItHasAnswered) {
  int abandoned = 0;
  handler_ = [&](const HttpRequest&, HttpResponder respond) {
    kept_.push_back(std::move(respond));
    kept_.back().OnAbandoned([&] {
      ++abandoned;
      kept_[1]({.body = "from within"});
    });
  };
  Talk(Get("/1") + Get("/2"));
  kept_[0]({.body = "answered"});
  session_.reset();
  EXPECT_EQ(abandoned, 1);
}

TEST_F(HttpSessionTest, TakesOnlySoManyRequestsAtATimeAndThenReadsNoMore) {
  keeps_ = true;
  std::string many;
  while (many.size() < 2 * HttpSession::kMostWaitingBytes) many += Get("/x");
  EXPECT_TRUE(session_->wants_more());
  Talk(many);
  EXPECT_THAT(kept_, SizeIs(HttpSession::kMostAsked));
  EXPECT_FALSE(session_->wants_more());
  size_t answered = 0;
  while (!kept_.empty()) {
    kept_.front()({.body = "y"});
    kept_.pop_front();
    ++answered;
    ASSERT_LE(kept_.size(), HttpSession::kMostAsked);
    Sent();
  }
  EXPECT_EQ(answered, many.size() / Get("/x").size());
  EXPECT_TRUE(session_->wants_more());
}

TEST_F(HttpSessionTest, WhoDoesNotReadIsHandedOutNoMore) {
  handler_ = [this](const HttpRequest&, HttpResponder respond) {
    asked_.emplace_back();
    respond({.body = std::string(10'000, 'x')});
  };
  std::string many;
  for (int i = 0; i < 100; ++i) many += Get("/x");
  session_->Receive(many);
  EXPECT_LT(asked_.size(), 10u);
  EXPECT_GT(Sent(1000).size(), 100u * 10'000) << "the rest follows when it reads";
  EXPECT_THAT(asked_, SizeIs(100));
}

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

TEST_F(HttpSessionTest, EndsTheConnectionWhenAskedTo) {
  EXPECT_EQ(Talk(Get("/1", "Connection: close\r\n")), Ok("1", "Connection: close\r\n"));
  EXPECT_TRUE(session_->done());
}

// If the socket were closed with unread bytes in it, the client might lose the answer.
TEST_F(HttpSessionTest, LingersWhenItLeavesBytesUnread) {
  EXPECT_EQ(Talk(Get("/1", "Connection: close\r\n") + Get("/2")), Ok("1", "Connection: close\r\n"));
  EXPECT_TRUE(session_->lingering());
  Restart();
  keeps_ = true;
  Talk("POST / HTTP/1.0\r\nContent-Length: 4\r\n\r\ntext");
  Talk("\r\n");
  EXPECT_FALSE(session_->lingering());
  kept_.front()({});
  EXPECT_THAT(Sent(), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(session_->all_said());
  EXPECT_TRUE(session_->lingering());
  EXPECT_FALSE(session_->ReceiveEnd());
  EXPECT_TRUE(session_->done());
}

TEST_F(HttpSessionTest, AnOldClientIsKeptOnlyIfItAsksForIt) {
  EXPECT_EQ(Talk("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            Ok("1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(session_->done());
  EXPECT_EQ(Talk("GET /2 HTTP/1.0\r\n\r\n"), Ok("2", "Connection: close\r\n"));
  EXPECT_TRUE(session_->done());
}

TEST_F(HttpSessionTest, AnswersHeadWithTheHeadersAlone) {
  const std::string answer = Talk("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 14\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpSessionTest, TellsAClientThatWaitsForItToContinue) {
  const std::string request = Post("text", "Expect: 100-continue\r\n");
  const size_t head = request.size() - 4;
  EXPECT_EQ(Talk(request.substr(0, head)), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(Talk(request.substr(head, 2)), "") << "once";
  EXPECT_THAT(Talk(request.substr(head + 2)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Talk(request), StartsWith("HTTP/1.1 200")) << "it did not wait";
  const std::string large =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_THAT(Talk(large), StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpSessionTest, TellsItToContinueOnlyBehindTheAnswersBefore) {
  keeps_ = true;
  EXPECT_EQ(Talk(Get("/1") + Post("text", "Expect: 100-continue\r\n").substr(0, 70)), "");
  EXPECT_EQ(Talk("\r\n"), "");
  kept_.front()({.body = "GET /1 "});
  EXPECT_EQ(Sent(), Ok("1") + "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(HttpSessionTest, AClientThatHasSaidAllStillGetsItsAnswers) {
  keeps_ = true;
  Talk(Get("/1") + Get("/2") + "GET /half");
  EXPECT_TRUE(session_->ReceiveEnd());
  EXPECT_FALSE(session_->done());
  for (HttpResponder& respond : kept_) respond({.body = "x"});
  EXPECT_THAT(Sent(), HasSubstr("Connection: close"));
  EXPECT_TRUE(session_->done());
}

TEST_F(HttpSessionTest, AClientThatGoesInMidRequestIsLetGo) {
  EXPECT_EQ(Talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nte"), "");
  EXPECT_FALSE(session_->ReceiveEnd());
  EXPECT_TRUE(session_->done());
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(HttpSessionTest, ASessionThatEndsWithItsNextRequestAnswersThatAndSaysSo) {
  Talk(Get("/early"));
  session_->EndWithNext();
  EXPECT_FALSE(session_->done());
  EXPECT_EQ(Talk(Get("/late")), Ok("late", "Connection: close\r\n"));
  EXPECT_TRUE(session_->done());
  EXPECT_EQ(Talk(Get("/too-late")), "");
}

TEST_F(HttpSessionTest, DrainAnswersWhatWasAskedAndNothingElse) {
  keeps_ = true;
  Talk(Get("/1") + Get("/2"));
  session_->Drain(false);
  EXPECT_FALSE(session_->done());
  EXPECT_EQ(Talk(Get("/3")), "");
  for (HttpResponder& respond : kept_) respond({.body = "x"});
  const std::string sent = Sent();
  EXPECT_THAT(sent, Not(StartsWith("HTTP/1.1 200 OK\r\nConnection: close")));
  EXPECT_THAT(sent, EndsWith("Connection: close\r\n\r\nx"));
  EXPECT_EQ(sent.find("Connection: close"), sent.rfind("Connection: close"));
  EXPECT_THAT(asked_, SizeIs(2));
  EXPECT_TRUE(session_->lingering()) << "the third may still be coming";
}

TEST_F(HttpSessionTest, DrainTellsAClientInMidRequestThatItsRequestIsCutOff) {
  keeps_ = true;
  Talk(Get("/1") + "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nte");
  session_->Drain(false);
  EXPECT_EQ(Talk("xt"), "");
  kept_.front()({.body = "GET /1 "});
  const std::string sent = Sent();
  EXPECT_THAT(sent, StartsWith(Ok("1") + "HTTP/1.1 503 "));
  EXPECT_THAT(sent, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(session_->lingering());
  EXPECT_THAT(asked_, SizeIs(1));
}

TEST_F(HttpSessionTest, DrainLingersForAClientWhoseRequestsWereHeldBack) {
  keeps_ = true;
  std::string many;
  for (size_t i = 0; i <= HttpSession::kMostAsked; ++i) many += Get("/x");
  Talk(many);
  session_->Drain(false);
  for (HttpResponder& respond : kept_) respond({.body = "x"});
  EXPECT_THAT(Sent(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(session_->lingering());
  Restart();
  session_->Drain(/*unread=*/true);
  EXPECT_TRUE(session_->lingering());
}

TEST_F(HttpSessionTest, DrainEndsAnIdleConnection) {
  Talk(Get("/1"));
  const int before = wakes_;
  session_->Drain(false);
  EXPECT_TRUE(session_->done());
  EXPECT_GT(wakes_, before);
}

TEST_F(HttpSessionTest, CountsTheStepsThatShowThatItIsNotIdle) {
  keeps_ = true;
  EXPECT_EQ(session_->steps(), 0u);
  Talk("GE");
  const uint64_t begun = session_->steps();
  EXPECT_GT(begun, 0u);
  Talk("T / HTTP/1.1\r\nHost: x\r\nX: sl");
  EXPECT_EQ(session_->steps(), begun) << "a request that trickles in makes no step";
  Talk("ow\r\n\r\n");
  const uint64_t handed_out = session_->steps();
  EXPECT_GT(handed_out, begun);
  EXPECT_TRUE(session_->asking());
  kept_.front()({});
  EXPECT_GT(session_->steps(), handed_out);
  EXPECT_FALSE(session_->asking());
}

TEST_F(HttpSessionTest, AnswersADroppedRequestWith500) {
  handler_ = [](const HttpRequest&, HttpResponder) {};
  EXPECT_THAT(Talk(Get("/")), StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
}

}  // namespace
}  // namespace serin
