// How a pipeline ends: drained, by a fault, or with a partition that it loses.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/pipeline/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Pair;
using testing::StatusIs;

class PipelineEndTest : public PipelineTest {};

TEST_F(PipelineEndTest, ASinkForgetsARevokedPartitionAndItsRecordsAreNotWritten) {
  source_.Put(0, 0, 1);
  source_.Put(1, 0, 1);
  Settle();
  wakeup_.meanwhile = nullptr;
  pipeline_.OnRevoked(kFirstPartition, /*lost=*/true);
  EXPECT_THAT(sink_.forgotten, ElementsAre(TopicPartition{"in", 0}));
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(sink_.written, ElementsAre(Pair(1, 0)));
}

TEST_F(PipelineEndTest, AWriteThatFailsForGoodEndsTheRunWithoutCommittingIt) {
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

TEST_F(PipelineEndTest, AScorerThatCanNeverWorkEndsTheRun) {
  scorer_.failure = absl::UnimplementedError("no such service");
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kUnimplemented, _));
}

TEST_F(PipelineEndTest, ALastCommitThatFailsFailsTheRun) {
  scorer_.automatic = true;
  committer_.failure = absl::UnavailableError("no coordinator");
  source_.Put(0, 0, 2);
  source_.ends = true;
  Settle();
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kUnavailable, _));
}

TEST_F(PipelineEndTest, AGroupThatGoesOnDuringTheLastCommitIsNoFailure) {
  scorer_.automatic = true;
  source_.Put(0, 0, 1);
  source_.ends = true;
  committer_.failure = absl::AbortedError("generation");
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), IsOk());
}

TEST_F(PipelineEndTest, ADrainFinishesWhatIsInFlightAndReadsNothingMore) {
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

TEST_F(PipelineEndTest, ADrainEndsAtItsDeadlineWhenTheModelIsStuck) {
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

TEST_F(PipelineEndTest, ARevokedPartitionIsWaitedForAndCommitted) {
  source_.Put(0, 0, 2);
  Settle();
  wakeup_.meanwhile = [this] {
    if (!scorer_.held.empty()) scorer_.Finish(0);
  };
  pipeline_.OnRevoked(kFirstPartition, /*lost=*/false);
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(0, 2)));
}

TEST_F(PipelineEndTest, ARevokedPartitionThatTakesTooLongIsGivenUp) {
  source_.Put(0, 0, 2);
  Settle();
  const absl::Time start = clock_.Now();
  pipeline_.OnRevoked(kFirstPartition, /*lost=*/false);
  EXPECT_EQ(clock_.Now() - start, PipelineOptions().revoke_budget);
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(sink_.written, IsEmpty());
  EXPECT_THAT(committer_.committed, IsEmpty());
  EXPECT_EQ(pipeline_.batches_unfinished(), 0u);
}

TEST_F(PipelineEndTest, NothingIsCommittedForALostPartition) {
  source_.Put(0, 0, 2);
  source_.Put(1, 0, 2);
  Settle();
  pipeline_.OnRevoked(kFirstPartition, /*lost=*/true);
  scorer_.Finish(0);
  scorer_.Finish(0);
  Settle();
  EXPECT_THAT(committer_.committed, ElementsAre(Pair(1, 2)));
}

TEST_F(PipelineEndTest, RecordsWaitingForABatchAreDroppedWhenTheirPartitionGoes) {
  source_.Put(0, 0, 1);
  Settle();
  source_.on_poll = [this] { pipeline_.OnRevoked(kFirstPartition, /*lost=*/false); };
  Settle();
  SettleLater(absl::Milliseconds(20));
  EXPECT_THAT(scorer_.held, IsEmpty());
  EXPECT_EQ(pipeline_.totals().records_in, 0u);
}

TEST_F(PipelineEndTest, ASourceThatFailsForGoodEndsTheRun) {
  source_.failure = absl::PermissionDeniedError("topic");
  Settle();
  EXPECT_TRUE(pipeline_.done());
  EXPECT_THAT(pipeline_.status(), StatusIs(absl::StatusCode::kPermissionDenied, _));
}

}  // namespace
}  // namespace serin::stream
