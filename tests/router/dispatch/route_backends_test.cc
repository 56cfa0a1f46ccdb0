#include "router/dispatch/route_backends.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/backends/endpoint_pool.h"
#include "router/dispatch/request_router.h"
#include "router/revisions/route_store.h"
#include "tests/router/dispatch/fake_upstream.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;

class RouteBackendsTest : public ::testing::Test {
 protected:
  RouteBackendsTest() {
    auto store = RouteStore::Create({{.name = "sentiment",
                                      .stable_version = "v1",
                                      .versions = {"v1", "v2"},
                                      .weights = {{"v1", 1}}}},
                                    log_, clock_);
    EXPECT_THAT(store, IsOk());
    store_ = *std::move(store);
    routes_.push_back(std::make_unique<RouteBackends>(*store_->routes().front(), clock_.Now()));
  }

  std::shared_ptr<FakeUpstream> Endpoint(const std::string& name) {
    auto endpoint = std::make_shared<FakeUpstream>(name, clock_);
    pool_.Add(endpoint);
    return endpoint;
  }

  RouteBackends& backends() { return *routes_.front(); }

  FakeRevisionLog log_;
  testing::FakeClock clock_;
  std::unique_ptr<RouteStore> store_;
  RouteBackendsList routes_;
  EndpointPool pool_;
  RequestRouter router_{routes_, clock_, 100};
};

TEST_F(RouteBackendsTest, AReplacedEndpointIsClosedOnlyWhenItsLastItemIsDone) {
  std::shared_ptr<FakeUpstream> endpoint = Endpoint("a");
  FakeUpstream& old = *endpoint;
  const auto closed = old.closed;
  old.hold = true;
  backends().SetEndpoints("v1", {std::move(endpoint)});
  {
    TestCall call(1);
    router_.Start(call);
    backends().SetEndpoints("v1", {Endpoint("b")});
    pool_.Tick();
    EXPECT_FALSE(*closed) << "a call still holds it";
    EXPECT_EQ(pool_.size(), 2u);
    EXPECT_EQ(old.ticks, 1) << "a draining endpoint still expires its items";
    old.Release();
    EXPECT_THAT(call.items[0].outcome, IsOk());
  }
  pool_.Tick();
  EXPECT_TRUE(*closed);
  EXPECT_EQ(pool_.size(), 1u);
}

TEST_F(RouteBackendsTest, ACallThatStartsAfterAChangeUsesTheNewEndpointsOnly) {
  const auto before = Endpoint("a");
  const auto after = Endpoint("b");
  backends().SetEndpoints("v1", {before});
  backends().SetEndpoints("v1", {after});
  TestCall call(10);
  router_.Start(call);
  EXPECT_EQ(before->received, 0);
  EXPECT_EQ(after->received, 10);
}

TEST_F(RouteBackendsTest, ARetryStaysInsideTheViewOfItsCall) {
  const auto failing = Endpoint("a");
  const auto other = Endpoint("b");
  failing->hold = true;
  other->load = 100;
  backends().SetEndpoints("v1", {failing, other});
  TestCall call(1);
  router_.Start(call);
  backends().SetEndpoints("v1", {});
  failing->error = absl::UnavailableError("gone");
  failing->Release();
  EXPECT_THAT(call.items[0].outcome, IsOk());
  EXPECT_EQ(other->received, 1);
}

TEST_F(RouteBackendsTest, CountsOfAVersionSurviveAChangeOfItsEndpoints) {
  backends().SetEndpoints("v1", {Endpoint("a")});
  TestCall call(3);
  router_.Start(call);
  backends().SetEndpoints("v1", {Endpoint("b")});
  TestCall second(4);
  router_.Start(second);
  EXPECT_EQ(backends().Version("v1").stats->requests(AssignmentKind::kBlock, absl::StatusCode::kOk),
            7u);
}

TEST_F(RouteBackendsTest, APublishedRevisionIsFollowedAndAnOlderOneIsNot) {
  const std::shared_ptr<const ActiveRevision> first = backends().route().active();
  const auto all_ready = [](const Route&, std::string_view) { return true; };
  ASSERT_THAT(store_->SetWeights({.weights = {{"v2", 1}}, .actor = "ann"}, all_ready), IsOk());
  backends().Follow(backends().route().active());
  EXPECT_EQ(backends().view()->revision->number(), 2u);
  backends().Follow(first);
  EXPECT_EQ(backends().view()->revision->number(), 2u);
}

}  // namespace
}  // namespace serin::router
