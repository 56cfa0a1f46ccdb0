#include "router/revisions/route_store.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/revisions/drift.h"
#include "tests/router/revisions/route_store_fixture.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(RouteStoreTest, TheConfigIsRevisionOneAndIsLogged) {
  const auto store = Open();
  EXPECT_EQ(store->routes().front()->active()->number(), 1u);
  ASSERT_EQ(log_.revisions.size(), 1u);
  EXPECT_EQ(log_.revisions[0].slots, "v1:0-7999,v2:8000-9999");
  EXPECT_EQ(log_.revisions[0].created_at, clock_.Now());
  Open();
  EXPECT_EQ(log_.revisions.size(), 1u) << "an unchanged config writes nothing";
}

TEST_F(RouteStoreTest, ARuntimeRevisionWinsOverTheConfigAndDriftIsTold) {
  ASSERT_THAT(Open()->SetWeights(Change(50, 50), AllReady), IsOk());
  const auto store = Open();
  const Route& route = *store->routes().front();
  EXPECT_EQ(route.active()->number(), 2u);
  EXPECT_THAT(DriftSummary(route, *route.active()),
              HasSubstr("the config file says v1=80 v2=20, revision 2 says v1=50 v2=50"));
}

TEST_F(RouteStoreTest, WeightsThatMeanTheSameAreNoDrift) {
  const auto store = Open();
  ASSERT_THAT(store->SetWeights(Change(4, 1), AllReady), IsOk());
  const Route& route = *store->routes().front();
  EXPECT_EQ(DriftSummary(route, *route.active()), "");
}

TEST_F(RouteStoreTest, AChangedConfigIsANewRevisionUnlessSomebodySetWeights) {
  Open();
  spec_.weights = {{"v1", 90}, {"v2", 10}};
  EXPECT_EQ(Slots(*Open()), "v1:0-8999,v2:9000-9999");
  EXPECT_EQ(log_.revisions.back().number, 2u);
  ASSERT_THAT(Open()->SetWeights(Change(50, 50), AllReady), IsOk());
  spec_.weights = {{"v1", 1}, {"v2", 0}};
  EXPECT_EQ(Slots(*Open()), "v1:0-4999,v2:5000-9999");
}

TEST_F(RouteStoreTest, AVersionThatIsNoLongerConfiguredLosesItsWeight) {
  ASSERT_THAT(Open()->SetWeights(Change(50, 50), AllReady), IsOk());
  spec_.versions = {"v1", "v3"};
  spec_.weights = {{"v1", 80}, {"v3", 20}};
  EXPECT_EQ(Slots(*Open()), "v1:0-9999");
  EXPECT_EQ(log_.revisions.back().reason, "no longer configured: v2");
}

TEST_F(RouteStoreTest, AStaleExpectedRevisionIsAbortedAndNamesTheCurrentOne) {
  const auto store = Open();
  WeightChange change = Change(50, 50);
  change.expected_revision = 2;
  EXPECT_THAT(store->SetWeights(change, AllReady),
              StatusIs(absl::StatusCode::kAborted,
                       HasSubstr("expected_revision is 2 but route sentiment is at revision 1")));
}

TEST_F(RouteStoreTest, WhatCannotBePersistedChangesNothing) {
  const auto store = Open();
  log_.next_error = absl::UnavailableError("no space left on device");
  EXPECT_THAT(store->SetWeights(Change(50, 50), AllReady),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("could not be persisted: no space left on device")));
  EXPECT_EQ(Slots(*store), "v1:0-7999,v2:8000-9999");
  EXPECT_EQ(store->History(*store->routes().front(), 10).size(), 1u);
  EXPECT_EQ(store->SetWeights(Change(50, 50), AllReady)->revision->number(), 2u);
}

TEST_F(RouteStoreTest, AVersionWithoutReadyEndpointGetsWeightOnlyByForce) {
  const auto store = Open();
  const auto only_first = [](const Route&, std::string_view version) { return version == "v1"; };
  EXPECT_THAT(store->SetWeights(Change(50, 50), only_first),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("version v2")));
  EXPECT_THAT(store->SetWeights(Change(100, 0), only_first), IsOk());
  WeightChange forced = Change(50, 50);
  forced.force = true;
  EXPECT_THAT(store->SetWeights(forced, only_first), IsOk());
}

TEST_F(RouteStoreTest, ADryRunAnswersAsIfDoneAndChangesNothing) {
  const auto store = Open();
  WeightChange change = Change(50, 50);
  change.dry_run = true;
  const auto result = store->SetWeights(change, AllReady);
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->revision->number(), 2u);
  ASSERT_EQ(result->moves.size(), 1u);
  EXPECT_EQ(result->moves[0].slots, 3000u);
  EXPECT_EQ(log_.revisions.size(), 1u);
  EXPECT_EQ(store->routes().front()->active()->number(), 1u);
}

TEST_F(RouteStoreTest, EveryFaultOfARequestIsTold) {
  const auto store = Open();
  WeightChange change;
  change.weights = {{"v9", 1}};
  change.reason = std::string(1025, 'x');
  change.actor = std::string(257, 'x');
  EXPECT_THAT(store->SetWeights(change, AllReady),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("v9"), HasSubstr("a sum of at least 1"),
                             HasSubstr("reason: expected at most 1024 bytes, got 1025"),
                             HasSubstr("actor: expected at most 256"))));
  change.route = "nope";
  EXPECT_THAT(store->SetWeights(change, AllReady),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("sentiment")));
}

TEST_F(RouteStoreTest, OfConcurrentChangesOnOneBaseExactlyOneWins) {
  const auto store = Open();
  std::atomic<int> won{0};
  std::atomic<int> aborted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t base = 1; base <= 20; ++base) {
        WeightChange change = Change(80 - static_cast<uint32_t>(t), 20);
        change.expected_revision = base;
        while (store->routes().front()->active()->number() < base) std::this_thread::yield();
        const auto result = store->SetWeights(change, AllReady);
        ++(result.ok() ? won : aborted);
        const absl::StatusCode code = result.status().code();
        EXPECT_TRUE(result.ok() || code == absl::StatusCode::kAborted);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 20);
  EXPECT_EQ(aborted, 300);
  EXPECT_EQ(log_.revisions.size(), 21u);
}

TEST_F(RouteStoreTest, APastRevisionIsReplayedFromItsRecord) {
  const auto store = Open();
  const Route& route = *store->routes().front();
  const auto first = route.active();
  ASSERT_THAT(store->SetWeights(Change(0, 1), AllReady), IsOk());
  const auto replayed = store->FindRevision(route, 1);
  ASSERT_THAT(replayed, IsOk());
  for (uint64_t i = 0; i < 300; ++i) {
    EXPECT_EQ((*replayed)->split().BySequence(i).version, first->split().BySequence(i).version);
  }
  EXPECT_THAT(store->FindRevision(route, 3),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("1 to 2")));
}

TEST_F(RouteStoreTest, AListenerHearsEveryRevisionInOrder) {
  const auto store = Open();
  std::vector<uint64_t> heard;
  const uint64_t id = store->Subscribe(
      [&](const Route&, const auto& published) { heard.push_back(published->number()); });
  ASSERT_THAT(store->SetWeights(Change(1, 1), AllReady), IsOk());
  ASSERT_THAT(store->SetWeights(Change(2, 1), AllReady), IsOk());
  store->Unsubscribe(id);
  ASSERT_THAT(store->SetWeights(Change(3, 1), AllReady), IsOk());
  EXPECT_THAT(heard, ElementsAre(2, 3));
}

TEST_F(RouteStoreTest, TimesInTheLogNeverGoBackwards) {
  const auto store = Open();
  clock_.Advance(absl::Hours(-5));
  ASSERT_THAT(store->SetWeights(Change(50, 50), AllReady), IsOk());
  EXPECT_EQ(log_.revisions[1].created_at, log_.revisions[0].created_at);
}

TEST_F(RouteStoreTest, ALogWithAGapIsRefused) {
  ASSERT_THAT(Open()->SetWeights(Change(50, 50), AllReady), IsOk());
  log_.revisions[1].number = 3;
  EXPECT_THAT(RouteStore::Create({spec_}, log_, clock_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("expected revision 2, got 3")));
  log_.revisions.pop_back();
  log_.revisions[0].slots = "v1:0-5";
  EXPECT_THAT(RouteStore::Create({spec_}, log_, clock_), StatusIs(absl::StatusCode::kDataLoss, _));
}

}  // namespace
}  // namespace serin::router
