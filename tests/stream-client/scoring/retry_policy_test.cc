#include "stream-client/scoring/retry_policy.h"

#include "gtest/gtest.h"

namespace serin::stream {
namespace {

TEST(RetryPolicyTest, TheBackoffDoublesUpToItsBound) {
  const RetryPolicy policy{.max_attempts = 8,
                           .initial_backoff = absl::Milliseconds(100),
                           .max_backoff = absl::Seconds(1)};
  EXPECT_EQ(policy.Backoff(1, 0.5), absl::Milliseconds(100));
  EXPECT_EQ(policy.Backoff(2, 0.5), absl::Milliseconds(200));
  EXPECT_EQ(policy.Backoff(4, 0.5), absl::Milliseconds(800));
  EXPECT_EQ(policy.Backoff(5, 0.5), absl::Seconds(1));
  EXPECT_EQ(policy.Backoff(1000, 0.5), absl::Seconds(1));
}

TEST(RetryPolicyTest, TheBackoffIsSpreadByAFifthEitherWay) {
  const RetryPolicy policy{.initial_backoff = absl::Milliseconds(100)};
  EXPECT_EQ(policy.Backoff(1, 0), absl::Milliseconds(80));
  EXPECT_LT(policy.Backoff(1, 0.999), absl::Milliseconds(120));
  EXPECT_GT(policy.Backoff(1, 0.999), absl::Milliseconds(119));
}

TEST(RetryPolicyTest, OnlyPassingFailuresAreRetried) {
  EXPECT_TRUE(RetryPolicy::IsRetriable(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(RetryPolicy::IsRetriable(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryPolicy::IsRetriable(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(RetryPolicy::IsRetriable(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(RetryPolicy::IsRetriable(absl::StatusCode::kNotFound));
  EXPECT_FALSE(RetryPolicy::IsRetriable(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace serin::stream
