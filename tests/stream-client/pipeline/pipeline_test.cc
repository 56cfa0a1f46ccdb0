#include "stream-client/pipeline/pipeline.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/pipeline/pipeline_fakes.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::StatusIs;

const std::vector<TopicPartition> kZero = {{"in", 0}};

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() { pipeline_.OnAssigned({{"in", 0}, {"in", 1}}); }

  static PipelineOptions Options() {
    PipelineOptions options;
    options.batch = {.max_records = 2, .max_bytes = 1000, .linger = absl::Milliseconds(20)};
    options.order = Order::kNone;
    options.max_in_flight = 3;
    options.max_unfinished_records = 6;
    options.commit_interval = absl::ZeroDuration();
    return options;
  }

  // Steps until there is nothing to do.
  void Settle() {
    while (pipeline_.Step()) {
    }
  }
  void SettleLater(absl::Duration time) {
    clock_.Advance(time);
    Settle();
  }

  testing::FakeClock clock_;
  FakeWakeup wakeup_{clock_};
  FakeSource source_;
  FakeDecoder decoder_;
  FakeScorer scorer_;
  FakeSink sink_;
  FakeCommitter committer_;
  CountingObserver observer_;
  Pipeline pipeline_{Options(),
                     {source_, decoder_, scorer_, sink_, committer_, observer_, wakeup_, clock_}};
};

TEST_F(PipelineTest, EveryRecordIsWrittenOnceAndCommittedAndTheRunEnds) {
  scorer_.automatic = true;
  source_.Put(0, 0, 5);
  source_.Put(1, 10, 2);
  source_.ends = true;
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), IsOk());
  EXPECT_THAT(sink_.written, SizeIs(7));
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 5), Pair(1, 12)));
  EXPECT_EQ(pipeline_.totals().records_in, 7u);
  EXPECT_EQ(pipeline_.totals().scored, 7u);
  EXPECT_EQ(observer_.batches, 4);
}

TEST_F(PipelineTest, ACommitThatFailsIsTriedAgainThoughNothingMoreComes) {
  scorer_.automatic = true;
  committer_.later_failures = 2;
  source_.Put(0, 0, 4);
  Settle();
  for (int i = 0; i < 3; ++i) SettleLater(absl::Milliseconds(300));
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 4)));
  EXPECT_EQ(committer_.later_failures, 0);
}

TEST_F(PipelineTest, BatchesGrowWhileTheModelTakesLessThanTheirTarget) {
  PipelineOptions options = Options();
  options.batch.max_records = 64;
  options.min_batch_records = 4;
  options.target_latency = absl::Milliseconds(50);
  Pipeline adaptive(options,
                    {source_, decoder_, scorer_, sink_, committer_, observer_, wakeup_, clock_});
  adaptive.OnAssigned(kZero);
  source_.Put(0, 0, 30);
  adaptive.Step();
  ASSERT_THAT(scorer_.held, SizeIs(1));
  EXPECT_THAT(scorer_.held[0]->items, SizeIs(4));
  clock_.Advance(absl::Milliseconds(1));
  scorer_.Finish(0);
  adaptive.Step();
  adaptive.Step();
  EXPECT_THAT(scorer_.held.back()->items, SizeIs(5));
}

TEST_F(PipelineTest, NothingIsCommittedBeforeItIsWritten) {
  scorer_.automatic = true;
  sink_.corked = true;
  source_.Put(0, 0, 2);
  Settle();
  EXPECT_THAT(sink_.held, SizeIs(1));
  EXPECT_THAT(committer_.committed, IsEmpty());
  sink_.corked = false;
  Settle();
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineTest, BatchesThatFinishOutOfOrderAreCommittedInOrder) {
  source_.Put(0, 0, 6);
  Settle();
  ASSERT_THAT(scorer_.held, SizeIs(3));
  scorer_.Finish(2);
  scorer_.Finish(1);
  Settle();
  EXPECT_THAT(sink_.written, SizeIs(4));
  EXPECT_THAT(committer_.committed, IsEmpty());
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 6)));
}

TEST_F(PipelineTest, ByDefaultThePartitionsOrderIsKeptWhenBatchesFinishOutOfOrder) {
  PipelineOptions options = Options();
  options.order = PipelineOptions().order;
  Pipeline ordered(options,
                   {source_, decoder_, scorer_, sink_, committer_, observer_, wakeup_, clock_});
  ordered.OnAssigned(kZero);
  source_.Put(0, 0, 4);
  ordered.Step();
  ordered.Step();
  ASSERT_THAT(scorer_.held, SizeIs(2));
  scorer_.Finish(1);
  ordered.Step();
  EXPECT_THAT(sink_.held, IsEmpty());
  scorer_.Finish(0);
  sink_.corked = true;
  ordered.Step();
  ASSERT_THAT(sink_.held, SizeIs(2));
  EXPECT_LT(sink_.held[0]->id, sink_.held[1]->id);
}

TEST_F(PipelineTest, ASinkThatGathersIsToldWhenNothingMoreCanCome) {
  scorer_.automatic = true;
  sink_.corked = true;
  source_.Put(0, 0, 4);
  Settle();
  EXPECT_EQ(sink_.flushes, 0);  // a third batch may come
  source_.Put(0, 4, 2);
  Settle();
  EXPECT_GT(sink_.flushes, 0);
}

TEST_F(PipelineTest, ASinkForgetsARevokedPartitionAndItsRecordsAreNotWritten) {
  source_.Put(0, 0, 1);
  source_.Put(1, 0, 1);
  Settle();
  wakeup_.meanwhile = nullptr;
  pipeline_.OnRevoked(kZero, /*lost=*/true);
  EXPECT_THAT(sink_.forgotten, ElementsAre(TopicPartition{"in", 0}));
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(sink_.written, ElementsAre(Pair(1, 0)));
}

TEST_F(PipelineTest, ABadRecordIsADeadLetterAndTheRestOfItsBatchIsScored) {
  scorer_.automatic = true;
  source_.Put(0, 0, 1, "bad");
  source_.Put(0, 1, 1, "good");
  Settle();
  EXPECT_EQ(pipeline_.totals().scored, 1u);
  EXPECT_EQ(pipeline_.totals().dead_lettered, 1u);
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineTest, ABatchOfBadRecordsNeverAsksTheModel) {
  source_.Put(0, 0, 2, "bad");
  Settle();
  EXPECT_THAT(scorer_.held, IsEmpty());
  EXPECT_EQ(pipeline_.totals().dead_lettered, 2u);
}

TEST_F(PipelineTest, ALoneRecordIsSentAfterTheLinger) {
  source_.Put(0, 0, 1);
  Settle();
  EXPECT_THAT(scorer_.held, IsEmpty());
  EXPECT_LE(pipeline_.next_deadline(), clock_.Now() + absl::Milliseconds(20));
  SettleLater(absl::Milliseconds(20));
  EXPECT_THAT(scorer_.held, SizeIs(1));
}

TEST_F(PipelineTest, BatchesInFlightAreBoundedAndALongStallPausesTheSource) {
  source_.Put(0, 0, 20);
  Settle();
  EXPECT_THAT(scorer_.held, SizeIs(3));
  EXPECT_THAT(source_.records, SizeIs(12));  // a batch is gathered ahead
  EXPECT_FALSE(source_.paused);
  SettleLater(absl::Seconds(1));
  EXPECT_TRUE(source_.paused);
  scorer_.Finish(0);
  Settle();
  EXPECT_FALSE(source_.paused);
  EXPECT_THAT(scorer_.held, SizeIs(3));
}

TEST_F(PipelineTest, AWriteThatFailsForGoodEndsTheRunWithoutCommittingIt) {
  source_.Put(0, 0, 4);
  Settle();
  scorer_.Finish(0);
  Settle();
  sink_.failure = absl::PermissionDeniedError("no writing here");
  scorer_.Finish(0);
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kPermissionDenied, _));
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineTest, AScorerThatCanNeverWorkEndsTheRun) {
  scorer_.failure = absl::UnimplementedError("no such service");
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kUnimplemented, _));
}

TEST_F(PipelineTest, ALastCommitThatFailsFailsTheRun) {
  scorer_.automatic = true;
  committer_.failure = absl::UnavailableError("no coordinator");
  source_.Put(0, 0, 2);
  source_.ends = true;
  Settle();
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kUnavailable, _));
}

TEST_F(PipelineTest, AGroupThatGoesOnDuringTheLastCommitIsNoFailure) {
  scorer_.automatic = true;
  source_.Put(0, 0, 1);
  source_.ends = true;
  committer_.failure = absl::AbortedError("generation");
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), IsOk());
}

TEST_F(PipelineTest, ADrainFinishesWhatIsInFlightAndReadsNothingMore) {
  source_.Put(0, 0, 3);
  Settle();
  pipeline_.Drain(clock_.Now() + absl::Seconds(10));
  source_.Put(0, 3, 10);
  Settle();
  EXPECT_FALSE(pipeline_.done());
  scorer_.Finish(0);
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), IsOk());
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineTest, ADrainEndsAtItsDeadlineWhenTheModelIsStuck) {
  source_.Put(0, 0, 4);
  Settle();
  scorer_.Finish(0);
  Settle();
  pipeline_.Drain(clock_.Now() + absl::Seconds(10));
  SettleLater(absl::Seconds(9));
  EXPECT_FALSE(pipeline_.done());
  SettleLater(absl::Seconds(1));
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), IsOk());
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineTest, ARevokedPartitionIsWaitedForAndCommitted) {
  source_.Put(0, 0, 2);
  Settle();
  wakeup_.meanwhile = [this] {
    if (!scorer_.held.empty()) scorer_.Finish(0);
  };
  pipeline_.OnRevoked(kZero, /*lost=*/false);
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineTest, ARevokedPartitionThatTakesTooLongIsGivenUp) {
  source_.Put(0, 0, 2);
  Settle();
  const absl::Time start = clock_.Now();
  pipeline_.OnRevoked(kZero, /*lost=*/false);
  EXPECT_EQ(clock_.Now() - start, PipelineOptions().revoke_budget);
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(sink_.written, IsEmpty());
  EXPECT_THAT(committer_.committed, IsEmpty());
  EXPECT_EQ(pipeline_.batches_unfinished(), 0u);
}

TEST_F(PipelineTest, NothingIsCommittedForALostPartition) {
  source_.Put(0, 0, 2);
  source_.Put(1, 0, 2);
  Settle();
  pipeline_.OnRevoked(kZero, /*lost=*/true);
  scorer_.Finish(0);
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(1, 2)));
}

TEST_F(PipelineTest, RecordsWaitingForABatchAreDroppedWhenTheirPartitionGoes) {
  source_.Put(0, 0, 1);
  Settle();
  source_.on_poll = [this] { pipeline_.OnRevoked(kZero, /*lost=*/false); };
  Settle();
  SettleLater(absl::Milliseconds(20));
  EXPECT_THAT(scorer_.held, IsEmpty());
  EXPECT_EQ(pipeline_.totals().records_in, 0u);
}

TEST_F(PipelineTest, ASourceThatFailsForGoodEndsTheRun) {
  source_.failure = absl::PermissionDeniedError("topic");
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kPermissionDenied, _));
}

}  // namespace
}  // namespace serin::stream
