#include "stream-client/pipeline/pipeline.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/pipeline/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Pair;
using ::testing::SizeIs;

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
  options.max_in_flight = 1;
  Pipeline adaptive(options,
                    {source_, decoder_, scorer_, sink_, committer_, observer_, wakeup_, clock_});
  adaptive.OnAssigned(kFirstPartition);
  source_.Put(0, 0, 30);
  adaptive.Step();
  ASSERT_THAT(scorer_.held, SizeIs(1));
  EXPECT_THAT(scorer_.held[0]->items, SizeIs(4));
  for (int i = 0; i < 2; ++i) {  // the second batch was gathered before the first was answered
    clock_.Advance(absl::Milliseconds(1));
    scorer_.Finish(0);
    adaptive.Step();
  }
  EXPECT_THAT(scorer_.held.back()->items, SizeIs(5));
}

TEST_F(PipelineTest, TheScorerIsFilledAgainBeforeAnythingElseIsDone) {
  source_.Put(0, 0, 30);
  pipeline_.Step();
  EXPECT_THAT(scorer_.held, SizeIs(3));
  while (!scorer_.held.empty()) scorer_.Finish(0);
  pipeline_.Step();
  EXPECT_THAT(scorer_.held, SizeIs(3));
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
  ordered.OnAssigned(kFirstPartition);
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

TEST_F(PipelineTest, WhatIsNotWrittenIsBoundedByItsBytesToo) {
  scorer_.automatic = true;
  sink_.corked = true;
  source_.Put(0, 0, 20, std::string(400, 'x'));
  Settle();
  EXPECT_THAT(sink_.held, SizeIs(2));  // one for the bound, and one over it
  sink_.corked = false;
  source_.ends = true;
  Settle();
  EXPECT_THAT(sink_.written, SizeIs(20));
}

}  // namespace
}  // namespace serin::stream
