#include "model-server/admission/admission_control.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;

TEST(AdmissionControlTest, RefusesWhatExceedsTheBoundAndTellsTheNumbers) {
  AdmissionControl admission(10);
  const auto seven = admission.Admit(7);
  ASSERT_THAT(seven, IsOk());
  EXPECT_THAT(admission.Admit(4),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "overload: expected at most 10 items in flight, got 4 more on top of 7"));
  EXPECT_THAT(admission.Admit(3), IsOk());
}

TEST(AdmissionControlTest, ATicketGivesItsItemsBack) {
  AdmissionControl admission(10);
  {
    auto ticket = admission.Admit(10);
    ASSERT_THAT(ticket, IsOk());
    AdmissionControl::Ticket moved = *std::move(ticket);
    EXPECT_EQ(admission.items_in_flight(), 10u);
  }
  EXPECT_EQ(admission.items_in_flight(), 0u);
}

TEST(AdmissionControlTest, TakesABatchLargerThanTheBoundWhenNothingElseIsInFlight) {
  AdmissionControl admission(10);
  const auto large = admission.Admit(1000);
  EXPECT_THAT(large, IsOk());
  EXPECT_THAT(admission.Admit(1), StatusIs(absl::StatusCode::kResourceExhausted, ::testing::_));
}

TEST(AdmissionControlTest, EndsAtZeroHoweverManyThreads) {
  AdmissionControl admission(3);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) (void)admission.Admit(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admission.items_in_flight(), 0u);
}

}  // namespace
}  // namespace serin::model_server
