#include "stream-client/pipeline/offset_ledger.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TopicPartition kZero{"in", 0};
const TopicPartition kOne{"in", 1};

// A batch with the records [first, first + count) of a partition, entered into the ledger.
std::unique_ptr<Batch> OpenBatch(OffsetLedger& ledger, uint64_t id, int32_t partition,
                                 int64_t first, int64_t count) {
  std::vector<BatchItem> items;
  for (int64_t i = 0; i < count; ++i) items.push_back(MakeItem(partition, first + i));
  auto batch = MakeBatch(id, std::move(items));
  ledger.Open(*batch);
  return batch;
}

TEST(OffsetLedgerTest, CommitsOneMoreThanTheLastFinishedOffset) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  const auto batch = OpenBatch(ledger, 1, 0, 40, 10);
  EXPECT_THAT(ledger.TakeAdvanced(), IsEmpty());
  ledger.Complete(*batch);
  EXPECT_THAT(ledger.TakeAdvanced(), ElementsAre(PartitionOffset{kZero, 50}));
  EXPECT_THAT(ledger.TakeAdvanced(), IsEmpty());
}

TEST(OffsetLedgerTest, APositionIsTheWatermarkOrElseTheFirstOffsetEntered) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  ledger.Assign(kOne);
  const auto first = OpenBatch(ledger, 1, 0, 40, 10);
  const auto second = OpenBatch(ledger, 2, 0, 50, 10);
  EXPECT_THAT(ledger.Positions(),
              ElementsAre(PartitionOffset{kZero, 40}, PartitionOffset{kOne, -1}));
  EXPECT_THAT(ledger.Watermarks(), IsEmpty());
  ledger.Complete(*first);
  EXPECT_THAT(ledger.Positions(),
              ElementsAre(PartitionOffset{kZero, 50}, PartitionOffset{kOne, -1}));
}

TEST(OffsetLedgerTest, NeverCommitsPastARecordThatIsNotFinished) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  const auto first = OpenBatch(ledger, 1, 0, 0, 10);
  const auto second = OpenBatch(ledger, 2, 0, 10, 10);
  const auto third = OpenBatch(ledger, 3, 0, 20, 10);
  ledger.Complete(*third);
  ledger.Complete(*second);
  EXPECT_THAT(ledger.TakeAdvanced(), IsEmpty());
  ledger.Complete(*first);
  EXPECT_THAT(ledger.TakeAdvanced(), ElementsAre(PartitionOffset{kZero, 30}));
}

TEST(OffsetLedgerTest, PartitionsOfOneBatchAdvanceEachOnItsOwn) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  ledger.Assign(kOne);
  std::vector<BatchItem> items;
  items.push_back(MakeItem(0, 5));
  items.push_back(MakeItem(1, 100));
  items.push_back(MakeItem(0, 6));
  auto mixed = MakeBatch(1, std::move(items));
  ledger.Open(*mixed);
  const auto later = OpenBatch(ledger, 2, 1, 101, 1);
  ledger.Complete(*later);
  EXPECT_THAT(ledger.TakeAdvanced(), IsEmpty());
  ledger.Complete(*mixed);
  EXPECT_THAT(ledger.TakeAdvanced(),
              ElementsAre(PartitionOffset{kZero, 7}, PartitionOffset{kOne, 102}));
}

TEST(OffsetLedgerTest, WhatWasReadBeforeARevocationCountsForNothingAfterIt) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  const auto stale = OpenBatch(ledger, 1, 0, 0, 10);
  ledger.Revoke(kZero);
  ledger.Complete(*stale);
  EXPECT_THAT(ledger.TakeAdvanced(), IsEmpty());
  // Also when the partition comes back: another consumer may have read on meanwhile.
  ledger.Assign(kZero);
  const auto fresh = OpenBatch(ledger, 2, 0, 5, 3);
  ledger.Complete(*stale);
  EXPECT_THAT(ledger.TakeAdvanced(), IsEmpty());
  ledger.Complete(*fresh);
  EXPECT_THAT(ledger.TakeAdvanced(), ElementsAre(PartitionOffset{kZero, 8}));
}

TEST(OffsetLedgerTest, ABatchLosesTheRecordsOfARevokedPartitionAndKeepsTheOthers) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  ledger.Assign(kOne);
  std::vector<BatchItem> items;
  items.push_back(MakeItem(0, 0));
  items.push_back(MakeItem(1, 0));
  auto batch = MakeBatch(1, std::move(items));
  ledger.Open(*batch);
  ledger.Revoke(kZero);
  ledger.Assign(kZero);
  ledger.DropRevoked(*batch);
  ASSERT_THAT(batch->items, SizeIs(1));
  EXPECT_EQ(batch->items[0].record.partition, 1);
  ledger.Complete(*batch);
  EXPECT_THAT(ledger.TakeAdvanced(), ElementsAre(PartitionOffset{kOne, 1}));
}

TEST(OffsetLedgerTest, GapsInOffsetsDoNotMatter) {
  OffsetLedger ledger;
  ledger.Assign(kZero);
  std::vector<BatchItem> items;
  items.push_back(MakeItem(0, 3));
  items.push_back(MakeItem(0, 90));
  auto batch = MakeBatch(1, std::move(items));
  ledger.Open(*batch);
  EXPECT_TRUE(ledger.HasOpen({kZero}));
  ledger.Complete(*batch);
  EXPECT_FALSE(ledger.HasOpen({kZero}));
  EXPECT_THAT(ledger.Watermarks({kZero, kOne}), ElementsAre(PartitionOffset{kZero, 91}));
}

}  // namespace
}  // namespace serin::stream
