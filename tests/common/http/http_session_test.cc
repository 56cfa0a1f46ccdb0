#include <thread>

#include "tests/common/http/http_session_fixture.h"

namespace serin {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

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
