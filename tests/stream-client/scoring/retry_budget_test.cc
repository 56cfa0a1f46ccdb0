#include "stream-client/scoring/retry_budget.h"

#include "gtest/gtest.h"
#include "tests/support/start_time.h"

namespace serin::stream {
namespace {

using testing::kStart;
constexpr auto kAll = static_cast<size_t>(RetryBudget::kMost);

TEST(RetryBudgetTest, IsSpentByRetriesAndComesBackWithTime) {
  RetryBudget budget;
  budget.OnRetry(kAll - 1, kStart);
  EXPECT_TRUE(budget.Allows(kStart));
  budget.OnRetry(501, kStart);
  EXPECT_FALSE(budget.Allows(kStart + absl::Seconds(4.99)));
  EXPECT_TRUE(budget.Allows(kStart + absl::Seconds(5.01)));
}

TEST(RetryBudgetTest, ARetryThatSucceedsCostsNothingAndFiveSuccessesPayForOneThatDoesNot) {
  RetryBudget budget;
  budget.OnRetry(kAll + 100, kStart);
  budget.OnSuccess(499, 0, kStart);
  EXPECT_FALSE(budget.Allows(kStart));
  budget.OnSuccess(6, 0, kStart);
  EXPECT_TRUE(budget.Allows(kStart));
  budget.OnRetry(10, kStart);
  EXPECT_FALSE(budget.Allows(kStart));
  budget.OnSuccess(10, 10, kStart);
  EXPECT_TRUE(budget.Allows(kStart));
}

TEST(RetryBudgetTest, ALongOutageIsForgottenWithinAMinuteAndALongPeaceIsNotHoarded) {
  RetryBudget budget;
  budget.OnRetry(100 * kAll, kStart);
  EXPECT_FALSE(budget.Allows(kStart + absl::Seconds(49)));
  EXPECT_TRUE(budget.Allows(kStart + absl::Seconds(51)));
  budget.OnSuccess(1000 * kAll, 0, kStart + absl::Hours(1));
  budget.OnRetry(kAll, kStart + absl::Hours(1));
  EXPECT_FALSE(budget.Allows(kStart + absl::Hours(1)));
}

}  // namespace
}  // namespace serin::stream
