// How a connection ends: by its client, by a request, by a drain.
#include "tests/common/http/http_session_fixture.h"

namespace serin {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace serin
