#include "stream-client/pipeline/adaptive_batch_size.h"

#include "gtest/gtest.h"

namespace serin::stream {
namespace {

constexpr BatchSizeBounds kBounds{
    .min_records = 10, .max_records = 1000, .target = absl::Milliseconds(50)};

// Sends full batches to a model that takes `each` for a record; returns the size they end at.
size_t SettleWith(AdaptiveBatchSize& size, absl::Duration each, int batches = 200) {
  for (int i = 0; i < batches; ++i) size.OnScored(size.records(), each * size.records());
  return size.records();
}

TEST(AdaptiveBatchSizeTest, WithoutATargetBatchesAreAsLargeAsTheyMayBe) {
  AdaptiveBatchSize size({.min_records = 10, .max_records = 1000});
  size.OnScored(1000, absl::Seconds(60));
  EXPECT_EQ(size.records(), 1000u);
}

TEST(AdaptiveBatchSizeTest, BeginsSmall) { EXPECT_EQ(AdaptiveBatchSize(kBounds).records(), 10u); }

TEST(AdaptiveBatchSizeTest, SettlesWhereABatchTakesTheTarget) {
  AdaptiveBatchSize size(kBounds);
  const size_t settled = SettleWith(size, absl::Microseconds(250));
  EXPECT_GE(settled, 170u);
  EXPECT_LE(settled, 230u);  // 200 records take 50 ms
}

TEST(AdaptiveBatchSizeTest, FollowsAModelThatBecomesSlowerOrFaster) {
  AdaptiveBatchSize size(kBounds);
  SettleWith(size, absl::Microseconds(100));
  EXPECT_LE(SettleWith(size, absl::Milliseconds(1), 20), 60u);
  EXPECT_GE(SettleWith(size, absl::Microseconds(100)), 400u);
}

TEST(AdaptiveBatchSizeTest, StaysWithinItsBounds) {
  AdaptiveBatchSize size(kBounds);
  EXPECT_EQ(SettleWith(size, absl::Nanoseconds(1)), 1000u);
  EXPECT_EQ(SettleWith(size, absl::Seconds(1)), 10u);
}

TEST(AdaptiveBatchSizeTest, BatchesThatWereNotFullSayNothingOfLargerOnes) {
  AdaptiveBatchSize size(kBounds);
  for (int i = 0; i < 100; ++i) size.OnScored(3, absl::Milliseconds(1));
  EXPECT_EQ(size.records(), 10u);
}

TEST(AdaptiveBatchSizeTest, ManySlowAnswersToBatchesOfOneTimeShrinkThemOnce) {
  AdaptiveBatchSize size(kBounds);
  SettleWith(size, absl::Nanoseconds(1));
  for (int i = 0; i < 8; ++i) size.OnScored(1000, absl::Milliseconds(100));
  EXPECT_EQ(size.records(), 500u);
}

}  // namespace
}  // namespace serin::stream
