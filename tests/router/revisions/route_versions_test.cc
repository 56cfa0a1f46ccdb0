#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/revisions/drift.h"
#include "router/revisions/route_store.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Kind = VersionChange::Kind;

// A route with the versions v1 (stable) and v2 of the config file.
class RouteVersionsTest : public ::testing::Test {
 protected:
  RouteVersionsTest() { Open(); }

  void Open() {
    store_.reset();
    auto store = RouteStore::Create({spec_}, log_, clock_);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }

  absl::Status Add(const std::string& version, std::vector<std::string> endpoints,
                   bool replace = false) {
    return store_
        ->ChangeVersion({.note = {.actor = "ann"},
                         .kind = Kind::kAdd,
                         .version = version,
                         .spec = {.endpoints = std::move(endpoints)},
                         .replace = replace})
        .status();
  }
  absl::Status Remove(const std::string& version) {
    return store_
        ->ChangeVersion({.note = {.actor = "ann"}, .kind = Kind::kRemove, .version = version})
        .status();
  }
  absl::Status SetState(const std::string& version, VersionState state) {
    return store_
        ->ChangeVersion(
            {.note = {.actor = "ann"}, .kind = Kind::kSetState, .version = version, .state = state})
        .status();
  }
  absl::Status SetWeights(std::map<std::string, uint32_t> weights,
                          std::optional<absl::Duration> ttl = std::nullopt) {
    const auto all_ready = [](const Route&, std::string_view) { return true; };
    return store_
        ->SetWeights({.weights = std::move(weights), .actor = "ann", .ttl = ttl}, all_ready)
        .status();
  }

  const ActiveRevision& Now() {
    active_ = store_->routes().front()->active();
    return *active_;
  }
  std::string Drift() { return DriftSummary(*store_->routes().front(), Now()); }

  RouteSpec spec_{.name = "sentiment",
                  .stable_version = "v1",
                  .versions = {"v1", "v2"},
                  .weights = {{"v1", 80}, {"v2", 20}},
                  .specs = {{"v1", {.endpoints = {"a:1"}}}, {"v2", {.endpoints = {"b:1"}}}}};
  FakeRevisionLog log_;
  testing::FakeClock clock_;
  std::unique_ptr<RouteStore> store_;
  std::shared_ptr<const ActiveRevision> active_;
};

TEST_F(RouteVersionsTest, AVersionIsAddedWithWeightZeroAndMovesNoKey) {
  ASSERT_THAT(Add("v3", {"c:1", "dns:///d:2"}), IsOk());
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1", "v2", "v3"));
  EXPECT_EQ(Now().record().slots, "v1:0-7999,v2:8000-9999");
  EXPECT_EQ(Now().record().change, "version v3 added: c:1, dns:///d:2");
  ASSERT_THAT(SetWeights({{"v1", 50}, {"v3", 50}}), IsOk());
  EXPECT_EQ(Now().split().table().Counts(3), (std::vector<uint32_t>{5000, 0, 5000}));
}

TEST_F(RouteVersionsTest, ARestartKeepsWhatWasSaidOfTheVersions) {
  ASSERT_THAT(Add("v3", {"c:1"}), IsOk());
  ASSERT_THAT(SetWeights({{"v1", 1}, {"v3", 1}}), IsOk());
  ASSERT_THAT(SetState("v2", VersionState::kDrained), IsOk());
  Open();
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1", "v2", "v3"));
  EXPECT_EQ(Now().versions().spec(2).endpoints, std::vector<std::string>{"c:1"});
  EXPECT_FALSE(Now().versions().active(1));
  EXPECT_THAT(Drift(), HasSubstr("v2 drained, v3 defined at runtime"));
}

TEST_F(RouteVersionsTest, ARestartTakesTheConfigsEndpointsForWhatWasNotDefinedAtRuntime) {
  ASSERT_THAT(Add("v3", {"c:1"}), IsOk());
  spec_.specs["v2"].endpoints = {"b:2"};
  Open();
  EXPECT_EQ(Now().versions().spec(1).endpoints, std::vector<std::string>{"b:2"});
}

TEST_F(RouteVersionsTest, AVersionWithWeightIsNotRemovedNorDrained) {
  EXPECT_THAT(Remove("v2"), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("version v2 has weight 20")));
  EXPECT_THAT(
      SetState("v2", VersionState::kDrained),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("version v2 has weight 20")));
  EXPECT_THAT(Remove("v1"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("v1 is the stable version"), HasSubstr("has weight 80"))));
  EXPECT_EQ(Now().number(), 1u);
}

TEST_F(RouteVersionsTest, ARemovedVersionOfTheConfigStaysAwayUntilAReset) {
  ASSERT_THAT(SetWeights({{"v1", 1}}), IsOk());
  ASSERT_THAT(Remove("v2"), IsOk());
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1"));
  Open();
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1"));
  EXPECT_THAT(SetWeights({{"v2", 1}}), StatusIs(absl::StatusCode::kInvalidArgument, _));
  const auto all_ready = [](const Route&, std::string_view) { return true; };
  ASSERT_THAT(store_->Reset({.actor = "ann"}, all_ready), IsOk());
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1", "v2"));
  EXPECT_EQ(Now().record().slots, "v1:0-7999,v2:8000-9999");
  EXPECT_EQ(Drift(), "");
}

TEST_F(RouteVersionsTest, AResetTakesTheKeysOfAnAddedVersionBackAndMovesNoOther) {
  ASSERT_THAT(Add("v3", {"c:1"}), IsOk());
  ASSERT_THAT(SetWeights({{"v1", 60}, {"v2", 20}, {"v3", 20}}), IsOk());
  const auto all_ready = [](const Route&, std::string_view) { return true; };
  const auto reset = store_->Reset({.actor = "ann"}, all_ready);
  ASSERT_THAT(reset, IsOk());
  ASSERT_EQ(reset->moves.size(), 1u);
  EXPECT_EQ(reset->moves[0].from, "v3");
  EXPECT_EQ(reset->moves[0].to, "v1");
  EXPECT_EQ(reset->moves[0].slots, 2000u);
}

TEST_F(RouteVersionsTest, ADrainedVersionGetsNoWeightEvenByForce) {
  ASSERT_THAT(SetWeights({{"v1", 1}}), IsOk());
  ASSERT_THAT(SetState("v2", VersionState::kDrained), IsOk());
  const auto none_ready = [](const Route&, std::string_view) { return false; };
  const auto forced = store_->SetWeights(
      {.weights = {{"v1", 1}, {"v2", 1}}, .actor = "ann", .force = true}, none_ready);
  EXPECT_THAT(forced, StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("version v2 would get weight 1 but is DRAINED")));
  ASSERT_THAT(SetState("v2", VersionState::kActive), IsOk());
  EXPECT_THAT(SetWeights({{"v1", 1}, {"v2", 1}}), IsOk());
}

TEST_F(RouteVersionsTest, AVersionThatATtlBringsBackIsNotTakenOutOfService) {
  ASSERT_THAT(SetWeights({{"v1", 1}}, absl::Minutes(1)), IsOk());
  EXPECT_THAT(Remove("v2"), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("gets weight 20 back from revision 1")));
}

TEST_F(RouteVersionsTest, AChangeOfVersionsKeepsTheEndThatATtlSet) {
  ASSERT_THAT(SetWeights({{"v1", 1}}, absl::Minutes(1)), IsOk());
  ASSERT_THAT(Add("v3", {"c:1"}), IsOk());
  clock_.Advance(absl::Minutes(2));
  ASSERT_THAT(store_->RevertExpired(), IsOk());
  EXPECT_EQ(Now().record().slots, "v1:0-7999,v2:8000-9999");
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1", "v2", "v3"));
}

TEST_F(RouteVersionsTest, AnExistingVersionIsDefinedAnewOnlyWhenAskedTo) {
  EXPECT_THAT(Add("v2", {"c:1"}), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("replace")));
  ASSERT_THAT(Add("v2", {"c:1"}, true), IsOk());
  EXPECT_EQ(Now().versions().spec(1).endpoints, std::vector<std::string>{"c:1"});
  EXPECT_EQ(Now().record().weights.at("v2"), 20u);
  ASSERT_THAT(Add("v2", {"b:1"}, true), IsOk());
  EXPECT_EQ(Drift(), "") << "the definition is that of the config file again";
}

TEST_F(RouteVersionsTest, EveryFaultOfARequestIsToldAtOnce) {
  VersionChange change{.note = {.reason = std::string(1025, 'x'), .actor = "ann"},
                       .kind = Kind::kAdd,
                       .version = "v 3",
                       .spec = {.endpoints = {"nowhere", "a:1"}}};
  EXPECT_THAT(store_->ChangeVersion(change),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("version: expected 1 to 63"), HasSubstr("got \"v 3\""),
                             HasSubstr("definition.endpoints[0]: expected host:port"),
                             HasSubstr("reason: expected at most 1024 bytes"))));
  EXPECT_THAT(Remove("v9"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("one of v1, v2")));
}

TEST_F(RouteVersionsTest, APastRevisionIsReplayedWithTheVersionsItHad) {
  const Route& route = *store_->routes().front();
  const uint16_t before = Now().split().BySequence(17).version;
  ASSERT_THAT(SetWeights({{"v1", 1}}), IsOk());
  ASSERT_THAT(Remove("v2"), IsOk());
  const auto first = store_->FindRevision(route, 1);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT((*first)->versions().names(), ElementsAre("v1", "v2"));
  EXPECT_EQ((*first)->split().BySequence(17).version, before);
}

TEST_F(RouteVersionsTest, ACanaryThatTheConfigForgotLosesItsWeightButAnAddedOneDoesNot) {
  ASSERT_THAT(Add("v3", {"c:1"}), IsOk());
  ASSERT_THAT(SetWeights({{"v1", 50}, {"v2", 25}, {"v3", 25}}), IsOk());
  spec_.versions = {"v1"};
  spec_.weights = {{"v1", 1}};
  Open();
  EXPECT_THAT(Now().versions().names(), ElementsAre("v1", "v3"));
  EXPECT_EQ(Now().record().weights, (std::map<std::string, uint32_t>{{"v1", 50}, {"v3", 25}}));
}

}  // namespace
}  // namespace serin::router
