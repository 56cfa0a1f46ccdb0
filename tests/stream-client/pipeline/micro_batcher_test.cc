#include "stream-client/pipeline/micro_batcher.h"

#include "gtest/gtest.h"
#include "tests/stream-client/batch_builder.h"
#include "tests/support/start_time.h"

namespace serin::stream {
namespace {

using testing::kStart;
constexpr BatchLimits kLimits{.max_records = 3, .max_bytes = 100, .linger = absl::Milliseconds(20)};

TEST(MicroBatcherTest, ABatchIsDueWhenItHasMaxRecords) {
  MicroBatcher batcher(kLimits);
  batcher.Add(MakeItem(0, 0), kStart);
  batcher.Add(MakeItem(0, 1), kStart);
  EXPECT_EQ(batcher.TakeDue(kStart), nullptr);
  batcher.Add(MakeItem(0, 2), kStart);
  const auto batch = batcher.TakeDue(kStart);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->items.size(), 3u);
  EXPECT_EQ(batch->items[2].record.offset, 2);
  EXPECT_TRUE(batcher.empty());
}

TEST(MicroBatcherTest, LingerCountsFromTheFirstRecordOfTheBatch) {
  MicroBatcher batcher(kLimits);
  batcher.Add(MakeItem(0, 0), kStart);
  batcher.Add(MakeItem(0, 1), kStart + absl::Milliseconds(19));
  EXPECT_EQ(batcher.deadline(), kStart + absl::Milliseconds(20));
  EXPECT_EQ(batcher.TakeDue(kStart + absl::Milliseconds(19)), nullptr);
  ASSERT_NE(batcher.TakeDue(kStart + absl::Milliseconds(20)), nullptr);
  // Not from the batch before.
  batcher.Add(MakeItem(0, 2), kStart + absl::Seconds(5));
  EXPECT_EQ(batcher.deadline(), kStart + absl::Seconds(5) + absl::Milliseconds(20));
}

TEST(MicroBatcherTest, ARecordThatWouldPassMaxBytesStartsTheNextBatch) {
  MicroBatcher batcher(kLimits);
  batcher.Add(MakeItem(0, 0, std::string(60, 'x')), kStart);
  batcher.Add(MakeItem(0, 1, std::string(60, 'x')), kStart);
  const auto batch = batcher.TakeDue(kStart);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->items.size(), 1u);
  EXPECT_EQ(batch->text_bytes, 60u);
  EXPECT_EQ(batcher.TakeDue(kStart), nullptr);
}

TEST(MicroBatcherTest, ARecordLargerThanMaxBytesGoesAloneAndAtOnce) {
  MicroBatcher batcher(kLimits);
  batcher.Add(MakeItem(0, 0), kStart);
  batcher.Add(MakeItem(0, 1, std::string(1000, 'x')), kStart);
  EXPECT_EQ(batcher.TakeDue(kStart)->items[0].record.offset, 0);
  const auto large = batcher.TakeDue(kStart);
  ASSERT_NE(large, nullptr);
  EXPECT_EQ(large->items[0].record.offset, 1);
}

TEST(MicroBatcherTest, DroppingAPartitionKeepsTheOthers) {
  MicroBatcher batcher(kLimits);
  batcher.Add(MakeItem(0, 0), kStart);
  batcher.Add(MakeItem(1, 7), kStart);
  batcher.Drop({"in", 0});
  batcher.CloseOpen();
  const auto batch = batcher.TakeDue(kStart);
  ASSERT_EQ(batch->items.size(), 1u);
  EXPECT_EQ(batch->items[0].record.partition, 1);
  batcher.Add(MakeItem(1, 8), kStart);
  batcher.Drop({"in", 1});
  EXPECT_TRUE(batcher.empty());
  EXPECT_EQ(batcher.deadline(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace serin::stream
