#include "stream-client/grpc/predict_stream_scorer.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serin/v1/canary_admin.grpc.pb.h"
#include "tests/stream-client/batch_builder.h"
#include "tests/support/fake_scoring_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin::stream {
namespace {

using ::testing::_;
using testing::FakeScoringServer;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

std::unique_ptr<Batch> NumberedBatch(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(absl::StrCat("t", i));
  return MakeTextBatch(texts);
}

class PredictStreamScorerTest : public ::testing::Test {
 protected:
  ScorerOptions Options(const std::string& address) {
    ScorerOptions options;
    options.address = address;
    options.attempts.retry = {.max_attempts = 3,
                              .initial_backoff = absl::Milliseconds(10),
                              .max_backoff = absl::Milliseconds(50)};
    return options;
  }

  // Lives as long as the test.
  PredictStreamScorer& Open(const ScorerOptions& options) {
    scorer_ = *PredictStreamScorer::Create(options, wakeup_, clock_);
    return *scorer_;
  }

  // The next finished batch; null when none comes in time.
  std::unique_ptr<Batch> Await(PredictStreamScorer& scorer,
                               absl::Duration time = absl::Seconds(10)) {
    const absl::Time deadline = absl::Now() + time;
    while (absl::Now() < deadline) {
      absl::StatusOr<std::unique_ptr<Batch>> batch = scorer.Poll();
      if (!batch.ok() || *batch != nullptr) return batch.ok() ? *std::move(batch) : nullptr;
      wakeup_.WaitUntil(absl::Now() + absl::Milliseconds(5));
    }
    return nullptr;
  }

  static size_t Scored(const Batch& batch) {
    return static_cast<size_t>(std::count_if(
        batch.items.begin(), batch.items.end(),
        [](const BatchItem& item) { return std::holds_alternative<Score>(item.outcome); }));
  }

  MutexWakeup wakeup_;
  RealClock clock_;
  FakeScoringServer server_;
  std::unique_ptr<PredictStreamScorer> scorer_;
};

TEST_F(PredictStreamScorerTest, GivesEachItemItsOwnAnswer) {
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  server_.FailText("t1", grpc::StatusCode::INVALID_ARGUMENT);
  scorer.Score(NumberedBatch(20));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 19u);
  EXPECT_EQ(std::get<Score>(batch->items[11].outcome).compound, 0.003);
  EXPECT_EQ(std::get<Score>(batch->items[11].outcome).label, "positive");
  EXPECT_EQ(std::get<Failure>(batch->items[1].outcome).code, absl::StatusCode::kInvalidArgument);
}

TEST_F(PredictStreamScorerTest, TheRoutingKeyIsTheRecordsKeyOrElseItsPlace) {
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  auto batch = MakeTextBatch({"with key", "without"});
  batch->items[0].record = MakeRecord(4, 11, "with key", "user-7");
  scorer.Score(std::move(batch));
  ASSERT_NE(Await(scorer), nullptr);
  EXPECT_EQ(server_.RequestOf("with key").routing_key(), "user-7");
  EXPECT_EQ(server_.RequestOf("without").routing_key(), "in/0/1");
}

TEST_F(PredictStreamScorerTest, TheTraceContextOfARecordGoesWithItsText) {
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  auto batch = MakeTextBatch({"traced", "not traced"});
  batch->items[0].record.headers = {{"other", "1"}, {"traceparent", "00-ab-cd-01"}};
  scorer.Score(std::move(batch));
  ASSERT_NE(Await(scorer), nullptr);
  EXPECT_EQ(server_.RequestOf("traced").traceparent(), "00-ab-cd-01");
  EXPECT_FALSE(server_.RequestOf("not traced").has_traceparent());
}

TEST_F(PredictStreamScorerTest, ManyBatchesAreUnderWayAtOnce) {
  server_.SetDelay(absl::Milliseconds(200));
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  scorer.Score(NumberedBatch(1));
  ASSERT_NE(Await(scorer), nullptr);  // connected now
  const absl::Time start = absl::Now();
  for (int i = 0; i < 10; ++i) scorer.Score(NumberedBatch(3));
  for (int i = 0; i < 10; ++i) ASSERT_NE(Await(scorer), nullptr);
  EXPECT_LT(absl::Now() - start, absl::Milliseconds(1500));
}

TEST_F(PredictStreamScorerTest, ABrokenStreamIsReopenedAndItsItemsAreTriedAgain) {
  server_.BreakStreams(1);
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  scorer.Score(NumberedBatch(5));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 5u);
  EXPECT_THAT(server_.texts(), SizeIs(10));
}

TEST_F(PredictStreamScorerTest, ATextThatBreaksEveryStreamFailsAlone) {
  server_.BreakStreamsOn("t6");
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  scorer.Score(NumberedBatch(8));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 7u);
  EXPECT_EQ(std::get<Failure>(batch->items[6].outcome).code, absl::StatusCode::kInternal);
}

TEST_F(PredictStreamScorerTest, OnlyTheItemsThatFailRetriablyAreTriedAgain) {
  server_.FailText("t1", grpc::StatusCode::UNAVAILABLE, 2);
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  scorer.Score(NumberedBatch(3));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 3u);
  EXPECT_THAT(server_.texts(), ::testing::ElementsAre("t0", "t1", "t2", "t1", "t1"));
}

TEST_F(PredictStreamScorerTest, ABatchRefusedAsAWholeIsTriedAgain) {
  server_.RefuseBatches(1, grpc::StatusCode::RESOURCE_EXHAUSTED);
  PredictStreamScorer& scorer = Open(Options(server_.address()));
  scorer.Score(NumberedBatch(3));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 3u);
}

TEST_F(PredictStreamScorerTest, AStuckServerFailsAnAttemptAtItsDeadline) {
  server_.SetStuck(true);
  ScorerOptions options = Options(server_.address());
  options.attempts.timeout = absl::Milliseconds(50);
  PredictStreamScorer& scorer = Open(options);
  scorer.Score(NumberedBatch(1));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  const auto& failure = std::get<Failure>(batch->items[0].outcome);
  EXPECT_EQ(failure.code, absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(failure.attempts, 3);
}

TEST_F(PredictStreamScorerTest, WhileNoServerIsThereItemsWaitAndNoAttemptIsCounted) {
  auto first = std::make_unique<FakeScoringServer>();
  const int port = first->port();
  const std::string address = first->address();
  first = nullptr;
  PredictStreamScorer& scorer = Open(Options(address));
  scorer.Score(NumberedBatch(4));
  EXPECT_EQ(Await(scorer, absl::Milliseconds(500)), nullptr);
  EXPECT_FALSE(scorer.connected());
  FakeScoringServer second(port);
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 4u);
  EXPECT_THAT(second.texts(), SizeIs(4));
}

TEST_F(PredictStreamScorerTest, AServerThatIsNoPredictorIsAFinalError) {
  v1::CanaryAdmin::Service other_service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&other_service);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  const auto bare = builder.BuildAndStart();
  PredictStreamScorer& scorer = Open(Options(absl::StrCat("127.0.0.1:", port)));
  scorer.Score(NumberedBatch(1));
  absl::Status status;
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (status.ok() && absl::Now() < deadline) {
    status = scorer.Poll().status();
    wakeup_.WaitUntil(absl::Now() + absl::Milliseconds(5));
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnimplemented, _));
}

class PredictStreamScorerTlsTest : public PredictStreamScorerTest {
 protected:
  // A server that knows its clients by `router_` and wants a certificate that `ours_` leads to.
  std::unique_ptr<FakeScoringServer> SecureServer() {
    return std::make_unique<FakeScoringServer>(
        0, *MakeServerCredentials({.certificate = router_.certificate,
                                   .private_key = router_.private_key,
                                   .ca = ours_.ca}));
  }

  ScorerOptions SecureOptions(const std::string& address, const std::string& ca) {
    ScorerOptions options = Options(address);
    options.tls = {.certificate = ours_.certificate, .private_key = ours_.private_key, .ca = ca};
    options.server_name = "localhost";
    return options;
  }

  const testing::TempDir folder_;
  const testing::TestCertificates router_ = testing::MakeCertificates(folder_.path(), "router");
  const testing::TestCertificates ours_ = testing::MakeCertificates(folder_.path(), "stream");
};

TEST_F(PredictStreamScorerTlsTest, BothSidesShowTheirCertificates) {
  const auto server = SecureServer();
  PredictStreamScorer& scorer = Open(SecureOptions(server->address(), router_.ca));
  scorer.Score(NumberedBatch(3));
  const auto batch = Await(scorer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(Scored(*batch), 3u);
}

TEST_F(PredictStreamScorerTlsTest, AServerThatTheRootsDoNotLeadToGetsNoText) {
  const auto server = SecureServer();
  PredictStreamScorer& scorer = Open(SecureOptions(server->address(), ours_.ca));
  scorer.Score(NumberedBatch(3));
  EXPECT_EQ(Await(scorer, absl::Milliseconds(300)), nullptr);
  EXPECT_FALSE(scorer.connected());
  EXPECT_THAT(server->texts(), SizeIs(0));
}

TEST_F(PredictStreamScorerTlsTest, AFileThatIsMissingIsNamed) {
  const ScorerOptions options = SecureOptions("127.0.0.1:1", "/nowhere/ca.pem");
  EXPECT_THAT(PredictStreamScorer::Create(options, wakeup_, clock_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/nowhere/ca.pem")));
}

}  // namespace
}  // namespace serin::stream
