#include "router/open_route_store.h"

#include "gtest/gtest.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

class OpenRouteStoreTest : public ::testing::Test {
 protected:
  // The log fails to open, then to take its first revision, with what the tests put there.
  absl::StatusOr<std::unique_ptr<RevisionLog>> Open() {
    ++opened_;
    if (!next_open_.ok()) return std::exchange(next_open_, absl::OkStatus());
    auto log = std::make_unique<FakeRevisionLog>();
    log->next_error = std::exchange(next_append_, absl::OkStatus());
    return log;
  }
  absl::StatusOr<OpenRoutes> OpenAll(int most_tries) {
    return OpenRouteStore([this] { return Open(); }, specs_, clock_,
                          [this, most_tries](const absl::Status&) { return opened_ < most_tries; });
  }

  const std::vector<RouteSpec> specs_{{.name = "sentiment",
                                       .stable_version = "v1",
                                       .versions = {"v1", "v2"},
                                       .weights = {{"v1", 80}, {"v2", 20}}}};
  testing::FakeClock clock_;
  absl::Status next_open_;
  absl::Status next_append_;
  int opened_ = 0;
};

TEST_F(OpenRouteStoreTest, ALogThatCannotBeReachedIsTriedAgain) {
  next_open_ = absl::UnavailableError("1/1 brokers are down");
  ASSERT_THAT(OpenAll(10), IsOk());
  EXPECT_EQ(opened_, 2);
}

TEST_F(OpenRouteStoreTest, ALogThatIsLostBeforeItsFirstRevisionIsOpenedAnew) {
  next_append_ = absl::UnavailableError("1/1 brokers are down");
  const auto routes = OpenAll(10);
  ASSERT_THAT(routes, IsOk());
  EXPECT_EQ(opened_, 2);
  EXPECT_EQ(routes->store->routes().front()->active()->number(), 1u);
}

TEST_F(OpenRouteStoreTest, ItIsGivenUpWithTheReasonWhenNobodyWantsToWait) {
  next_append_ = absl::UnavailableError("1/1 brokers are down");
  EXPECT_THAT(OpenAll(1), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("brokers are down")));
}

TEST_F(OpenRouteStoreTest, WhatWaitingCannotMendIsAnErrorAtOnce) {
  next_open_ = absl::InvalidArgumentError("revision_log.kafka.properties.x: no such property");
  EXPECT_THAT(OpenAll(10), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no such")));
  EXPECT_EQ(opened_, 1);
}

}  // namespace
}  // namespace serin::router
