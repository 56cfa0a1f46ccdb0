// Ways back: a time to live, a rollback, a reset to the configuration.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/revisions/drift.h"
#include "tests/router/revisions/route_store_fixture.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

class RouteStoreReturnTest : public RouteStoreTest {};

TEST_F(RouteStoreReturnTest, AfterItsTtlAChangeIsTakenBackAlsoAcrossARestart) {
  auto store = Open();
  WeightChange change = Change(50, 50);
  change.ttl = absl::Minutes(10);
  ASSERT_THAT(store->SetWeights(change, AllReady), IsOk());
  clock_.Advance(absl::Minutes(9));
  ASSERT_THAT(store->RevertExpired(), IsOk());
  EXPECT_EQ(store->routes().front()->active()->number(), 2u);
  store = Open();
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(store->RevertExpired(), IsOk());
  const auto active = store->routes().front()->active();
  EXPECT_EQ(active->number(), 3u);
  EXPECT_EQ(active->record().slots, "v1:0-7999,v2:8000-9999");
  EXPECT_EQ(active->record().reason, "the ttl of revision 2 has run out: back to 1");
  EXPECT_EQ(active->record().source, RevisionSource::kConfig) << "it follows the config again";
  ASSERT_THAT(store->RevertExpired(), IsOk());
  EXPECT_EQ(store->routes().front()->active()->number(), 3u);
}

TEST_F(RouteStoreReturnTest, ALaterChangeMakesATtlVoid) {
  const auto store = Open();
  WeightChange change = Change(50, 50);
  change.ttl = absl::Minutes(10);
  ASSERT_THAT(store->SetWeights(change, AllReady), IsOk());
  ASSERT_THAT(store->SetWeights(Change(40, 60), AllReady), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(store->RevertExpired(), IsOk());
  EXPECT_EQ(store->routes().front()->active()->number(), 3u);
}

TEST_F(RouteStoreReturnTest, WhatWasOnlyForATimeDoesNotComeBack) {
  const auto store = Open();
  WeightChange change = Change(50, 50);
  change.ttl = absl::Minutes(10);
  ASSERT_THAT(store->SetWeights(change, AllReady), IsOk());
  change.weights = {{"v2", 1}};
  ASSERT_THAT(store->SetWeights(change, AllReady), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(store->RevertExpired(), IsOk());
  EXPECT_EQ(Slots(*store), "v1:0-7999,v2:8000-9999");
}

TEST_F(RouteStoreReturnTest, ATtlThatCannotBeWrittenDownIsTriedAgain) {
  const auto store = Open();
  WeightChange change = Change(50, 50);
  change.ttl = absl::Minutes(10);
  ASSERT_THAT(store->SetWeights(change, AllReady), IsOk());
  clock_.Advance(absl::Hours(1));
  log_.next_error = absl::UnavailableError("no space left on device");
  EXPECT_THAT(store->RevertExpired(), StatusIs(absl::StatusCode::kUnavailable, _));
  EXPECT_THAT(store->RevertExpired(), IsOk());
  EXPECT_EQ(store->routes().front()->active()->number(), 3u);
}

TEST_F(RouteStoreReturnTest, ATtlOutOfRangeIsRefused) {
  const auto store = Open();
  WeightChange change = Change(50, 50);
  for (const absl::Duration ttl :
       {absl::ZeroDuration(), absl::Seconds(-1), absl::Hours(366 * 24)}) {
    change.ttl = ttl;
    EXPECT_THAT(store->SetWeights(change, AllReady),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ttl: expected more than")));
  }
}

TEST_F(RouteStoreReturnTest, ARollbackGivesEveryKeyItsOldVersion) {
  const auto store = Open();
  ASSERT_THAT(store->SetWeights(Change(50, 50), AllReady), IsOk());
  const std::string half = Slots(*store);
  ASSERT_THAT(store->SetWeights(Change(0, 1), AllReady), IsOk());
  ASSERT_THAT(store->Rollback(Change(0, 0), 0, AllReady), IsOk());
  EXPECT_EQ(Slots(*store), half);
  ASSERT_THAT(store->Rollback(Change(0, 0), 1, AllReady), IsOk());
  EXPECT_EQ(Slots(*store), "v1:0-7999,v2:8000-9999");
  EXPECT_EQ(store->routes().front()->active()->number(), 5u);
  EXPECT_THAT(store->Rollback(Change(0, 0), 9, AllReady),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("expected 1 to 5")));
}

TEST_F(RouteStoreReturnTest, RevisionOneHasNothingToRollBackTo) {
  EXPECT_THAT(Open()->Rollback(Change(0, 0), 0, AllReady),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("none before it")));
}

TEST_F(RouteStoreReturnTest, AResetGoesBackToTheConfigAndFollowsItFromThenOn) {
  const auto store = Open();
  Route& route = *store->routes().front();
  ASSERT_THAT(store->SetWeights(Change(50, 50), AllReady), IsOk());
  EXPECT_EQ(*store->ChangeBase(route, {{"v1", 90}, {"v2", 10}}), false);
  EXPECT_THAT(DriftSummary(route, *route.active()), HasSubstr("the config file says v1=90 v2=10"));
  ASSERT_THAT(store->Reset(Change(0, 0), AllReady), IsOk());
  EXPECT_EQ(DriftSummary(route, *route.active()), "");
  EXPECT_EQ(Slots(*store), "v1:0-8999,v2:9000-9999");
  EXPECT_EQ(*store->ChangeBase(route, {{"v1", 70}, {"v2", 30}}), true);
  EXPECT_EQ(Slots(*store), "v1:0-6999,v2:7000-9999");
  EXPECT_EQ(log_.revisions.back().reason, "the config file has changed");
}

}  // namespace
}  // namespace serin::router
