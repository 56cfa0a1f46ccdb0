#include "model-server/inference/prediction_stats.h"

#include <numeric>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

using ::testing::ElementsAre;

TEST(PredictionStatsTest, CountsByLabelCodeAndTime) {
  PredictionStats stats;
  PredictionStats::Counts counts;
  counts.Add(Label::kNegative, 1000);
  counts.Add(Label::kPositive, 3000);
  counts.Add(Label::kPositive, 1'000'000'000);
  stats.CountPredicted(counts);
  stats.CountRefused(absl::StatusCode::kInvalidArgument);
  const PredictionStats::Totals totals = stats.Read();
  EXPECT_THAT(totals.predicted, ElementsAre(1, 0, 2));
  EXPECT_EQ(totals.refused[static_cast<size_t>(absl::StatusCode::kInvalidArgument)], 1u);
  EXPECT_EQ(totals.buckets[0], 1u);      // bounds are included
  EXPECT_EQ(totals.buckets[2], 1u);      // 2 to 5 µs
  EXPECT_EQ(totals.buckets.back(), 1u);  // more than the last bound
  EXPECT_DOUBLE_EQ(totals.inference_seconds, 1.000004);
}

TEST(PredictionStatsTest, LosesNothingHoweverManyThreads) {
  PredictionStats stats;
  std::vector<std::thread> threads;
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        PredictionStats::Counts counts;
        counts.Add(Label::kNeutral, i);
        stats.CountPredicted(counts);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const PredictionStats::Totals totals = stats.Read();
  EXPECT_EQ(totals.predicted[1], 240000u);
  EXPECT_EQ(std::accumulate(totals.buckets.begin(), totals.buckets.end(), uint64_t{0}), 240000u);
}

}  // namespace
}  // namespace serin::model_server
