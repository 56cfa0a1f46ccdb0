#include "router/backends/endpoint_quality.h"

#include "gtest/gtest.h"
#include "router/backends/retry_budget.h"
#include "tests/support/fake_clock.h"

namespace serin::router {
namespace {

constexpr absl::StatusCode kOk = absl::StatusCode::kOk;
constexpr absl::StatusCode kGone = absl::StatusCode::kUnavailable;

class EndpointQualityTest : public ::testing::Test {
 protected:
  void Observe(EndpointQuality& quality, int count, absl::Duration latency,
               absl::StatusCode code = kOk) {
    for (int i = 0; i < count; ++i) {
      clock_.Advance(absl::Milliseconds(1));
      quality.Observe(clock_.Now(), latency, code);
    }
  }
  double Cost(const EndpointQuality& quality, size_t in_flight = 0) {
    return quality.Cost(in_flight, clock_.Now());
  }

  testing::FakeClock clock_;
  EndpointQuality quality_;
};

TEST_F(EndpointQualityTest, ASlowEndpointCostsMoreAndSoDoesABusyOne) {
  EndpointQuality slow;
  Observe(quality_, 100, absl::Milliseconds(2));
  Observe(slow, 100, absl::Milliseconds(40));
  EXPECT_GT(Cost(slow), 5 * Cost(quality_));
  EXPECT_DOUBLE_EQ(Cost(quality_, 9), 10 * Cost(quality_));
}

TEST_F(EndpointQualityTest, DifferencesOfMicrosecondsDoNotMatter) {
  EndpointQuality other;
  Observe(quality_, 100, absl::Microseconds(20));
  Observe(other, 100, absl::Microseconds(300));
  EXPECT_EQ(Cost(other), Cost(quality_));
}

TEST_F(EndpointQualityTest, FailingFastIsSlow) {
  EndpointQuality good;
  Observe(good, 50, absl::Milliseconds(20));
  Observe(quality_, 10, absl::Microseconds(50), kGone);
  Observe(good, 1, absl::Milliseconds(20));
  EXPECT_GT(Cost(quality_), Cost(good));
}

TEST_F(EndpointQualityTest, ABadPastFades) {
  Observe(quality_, 10, absl::Seconds(3));
  const double before = Cost(quality_);
  clock_.Advance(60 * absl::Seconds(1));
  EXPECT_LT(Cost(quality_), before / 100);
}

TEST_F(EndpointQualityTest, TrafficComesGraduallyAfterAStart) {
  const double warm = Cost(quality_);
  quality_.OnReady(clock_.Now());
  EXPECT_DOUBLE_EQ(Cost(quality_), 10 * warm);
  clock_.Advance(EndpointQuality::kWarmUp / 2);
  EXPECT_DOUBLE_EQ(Cost(quality_), 2 * warm);
  clock_.Advance(EndpointQuality::kWarmUp);
  EXPECT_DOUBLE_EQ(Cost(quality_), warm);
}

TEST_F(EndpointQualityTest, HalfOfTheItemsFailingEjectsForLongerEachTime) {
  const auto fail_half = [&] {
    for (int i = 0; i < 100 && !quality_.ejected(clock_.Now()); ++i) {
      Observe(quality_, 1, absl::Milliseconds(1), i % 2 == 0 ? kGone : kOk);
    }
  };
  absl::Duration expected = EndpointQuality::kFirstEjection;
  for (int time = 0; time < 6; ++time) {
    fail_half();
    ASSERT_TRUE(quality_.ejected(clock_.Now())) << time;
    clock_.Advance(expected - absl::Milliseconds(1));
    EXPECT_TRUE(quality_.ejected(clock_.Now())) << time;
    clock_.Advance(absl::Milliseconds(1));
    EXPECT_FALSE(quality_.ejected(clock_.Now())) << time;
    expected = std::min(expected * 2, absl::Duration(EndpointQuality::kLongestEjection));
  }
}

TEST_F(EndpointQualityTest, AFewFailuresOrACallersDeadlinesEjectNobody) {
  Observe(quality_, EndpointQuality::kRecentItems, absl::Milliseconds(1), kGone);
  EXPECT_FALSE(quality_.ejected(clock_.Now()));
  EndpointQuality late;
  Observe(late, 500, absl::Seconds(1), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(late.ejected(clock_.Now()));
}

class RetryBudgetTest : public ::testing::Test {
 protected:
  int TakeAll() {
    int taken = 0;
    while (budget_.Take(clock_.Now())) ++taken;
    return taken;
  }

  testing::FakeClock clock_;
  RetryBudget budget_{clock_.Now()};
};

TEST_F(RetryBudgetTest, AllowsAReserveThenAFifthOfTheRequests) {
  EXPECT_EQ(TakeAll(), RetryBudget::kReserve);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    budget_.OnRequests(1, clock_.Now());
    taken += TakeAll();
  }
  EXPECT_EQ(taken, 200);
}

TEST_F(RetryBudgetTest, TheReserveFillsUpWithTime) {
  TakeAll();
  clock_.Advance(absl::Seconds(1));
  EXPECT_NEAR(TakeAll(), RetryBudget::kPerSecond, 1);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(TakeAll(), RetryBudget::kReserve);
}

TEST_F(RetryBudgetTest, BusyTimesLeaveRetriesThatFade) {
  budget_.OnRequests(100'000, clock_.Now());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(budget_.Take(clock_.Now()));
  clock_.Advance(absl::Minutes(3));
  EXPECT_EQ(TakeAll(), RetryBudget::kReserve);
}

}  // namespace
}  // namespace serin::router
