#include "router/dispatch/request_router.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/router/dispatch/request_router_fixture.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

TEST_F(RequestRouterTest, ABatchIsDoneOnceWhenItsLastItemIs) {
  upstreams_[2]->hold = upstreams_[3]->hold = true;
  TestCall call(100);
  router_.Start(call);
  EXPECT_EQ(call.answered, 0);
  upstreams_[2]->Release();
  upstreams_[3]->Release();
  EXPECT_EQ(call.answered, 1);
  EXPECT_EQ(upstreams_[0]->received + upstreams_[1]->received, 50);
  EXPECT_EQ(upstreams_[2]->received + upstreams_[3]->received, 50);
}

TEST_F(RequestRouterTest, UnavailableIsTriedOnceOnAnotherEndpointOfTheVersion) {
  upstreams_[2]->error = absl::UnavailableError("gone");
  for (int i = 0; i < 100; ++i) {
    const RoutedItem& item = Ask("v2");
    EXPECT_THAT(item.outcome, IsOk());
    EXPECT_EQ(item.answered, 1);
  }
  EXPECT_EQ(upstreams_[3]->received, 100);
}

TEST_F(RequestRouterTest, ThenTheStableVersionAnswersAndTheCanaryIsCounted) {
  upstreams_[2]->error = upstreams_[3]->error = absl::UnavailableError("gone");
  for (int i = 0; i < 100; ++i) EXPECT_THAT(Ask().outcome, IsOk());
  // Each of the canary's 50 was tried on both of its endpoints first.
  EXPECT_EQ(upstreams_[2]->received, 50);
  EXPECT_EQ(upstreams_[3]->received, 50);
  VersionStats& canary = *routes_[0]->Version("v2").stats;
  EXPECT_EQ(canary.requests(AssignmentKind::kFallback, absl::StatusCode::kOk), 50u);
  EXPECT_EQ(canary.fallbacks, 50u);
}

TEST_F(RequestRouterTest, NothingIsTriedForeverWhenEverythingFails) {
  for (const auto& upstream : upstreams_) upstream->error = absl::UnavailableError("gone");
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(Ask().outcome, StatusIs(absl::StatusCode::kUnavailable, _));
  }
  int tries = 0;
  for (const auto& upstream : upstreams_) tries += upstream->received;
  // First tries, fallbacks, and the retries of an endpoint, which have a budget.
  EXPECT_GE(tries, 100 + 50 + RetryBudget::kReserve);
  EXPECT_LE(tries, 100 + 50 + RetryBudget::kReserve + 100 * RetryBudget::kPercent / 100);
}

TEST_F(RequestRouterTest, AnEndpointThatFailsFastIsLeftAlone) {
  upstreams_[2]->error = absl::InternalError("broken");
  int failed = 0;
  for (int i = 0; i < 1000; ++i) {
    clock_.Advance(absl::Milliseconds(1));
    failed += Ask("v2").outcome.ok() ? 0 : 1;
  }
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, 100);
  EXPECT_EQ(upstreams_[2]->received, failed);
}

TEST_F(RequestRouterTest, WhenAllEndpointsFailNoneIsLeftOut) {
  upstreams_[2]->error = upstreams_[3]->error = absl::InternalError("broken");
  for (int i = 0; i < 1000; ++i) {
    clock_.Advance(absl::Milliseconds(1));
    Ask("v2");
  }
  EXPECT_EQ(upstreams_[2]->received + upstreams_[3]->received, 1000);
  EXPECT_GT(upstreams_[2]->received, 200);
  EXPECT_GT(upstreams_[3]->received, 200);
}

TEST_F(RequestRouterTest, AVersionWithoutReadyEndpointSpillsToStableAtOnce) {
  upstreams_[2]->is_ready = upstreams_[3]->is_ready = false;
  int spilled = 0;
  for (int i = 0; i < 100; ++i) {
    const RoutedItem& item = Ask();
    EXPECT_THAT(item.outcome, IsOk());
    EXPECT_EQ(item.answered, 0);
    spilled += item.kind == AssignmentKind::kSpill ? 1 : 0;
  }
  EXPECT_EQ(spilled, 50);
  EXPECT_THAT(Ask("v2").outcome,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no endpoint of version v2")));
}

TEST_F(RequestRouterTest, NothingIsRetriedAfterItsDeadline) {
  upstreams_[2]->error = upstreams_[3]->error = absl::UnavailableError("gone");
  TestCall call(1);
  call.items[0].model_version = "v2";
  call.deadline = clock_.Now();
  router_.Start(call);
  EXPECT_EQ(upstreams_[2]->received + upstreams_[3]->received, 1);
}

TEST_F(RequestRouterTest, OfTwoReadyEndpointsTheOneWithFewerInFlightIsTaken) {
  upstreams_[0]->load = 10;
  for (int i = 0; i < 50; ++i) Ask("v1");
  EXPECT_EQ(upstreams_[0]->received, 0);
  EXPECT_EQ(upstreams_[1]->received, 50);
}

TEST_F(RequestRouterTest, AMessageThatIsAboutToLeaveIsJoined) {
  upstreams_[0]->load = 10;
  upstreams_[0]->company = true;
  for (int i = 0; i < 50; ++i) Ask("v1");
  EXPECT_EQ(upstreams_[0]->received, 50);
  upstreams_[0]->company = false;
  for (int i = 0; i < 50; ++i) Ask("v1");
  EXPECT_EQ(upstreams_[0]->received, 50) << "the next moment draws anew";
}

TEST_F(RequestRouterTest, AnEndpointThatFailsIsNotJoined) {
  upstreams_[0]->error = absl::UnavailableError("down");
  for (int i = 0; i < 100; ++i) Ask("v1");
  const int before = upstreams_[0]->received;
  upstreams_[0]->company = true;
  for (int i = 0; i < 50; ++i) Ask("v1");
  EXPECT_EQ(upstreams_[0]->received, before);
}

TEST_F(RequestRouterTest, PinnedRequestsAreLeftOutOfTheShares) {
  for (int i = 0; i < 10; ++i) Ask("v2");
  for (int i = 0; i < 100; ++i) Ask();
  const auto active = store_->routes().front()->active();
  EXPECT_EQ(active->served(0), 50u);
  EXPECT_EQ(active->served(1), 50u);
}

TEST_F(RequestRouterTest, ATextThatIsTooLongIsRefusedWithoutBeingSent) {
  const std::string text(101, 'x');
  TestCall call(2);
  call.items[0].text = text;
  router_.Start(call);
  EXPECT_EQ(call.answered, 1);
  EXPECT_THAT(call.items[0].outcome, StatusIs(absl::StatusCode::kInvalidArgument,
                                              HasSubstr("at most 100 bytes, got 101")));
  EXPECT_THAT(call.items[1].outcome, IsOk());
}

}  // namespace
}  // namespace serin::router
