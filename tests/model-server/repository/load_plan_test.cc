#include "model-server/repository/load_plan.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ModelVersionId Id(const std::string& version) { return {"sentiment", version}; }

RepositoryView Disk(std::initializer_list<std::pair<std::string, uint64_t>> versions) {
  RepositoryView view;
  for (const auto& [version, fingerprint] : versions) {
    view[Id(version)] = {.path = "/" + version, .fingerprint = fingerprint};
  }
  return view;
}

Selection Select(VersionPolicy policy) { return {.models = {{"sentiment", std::move(policy)}}}; }

TEST(VersionPolicyTest, LatestCountsFromTheNewest) {
  EXPECT_THAT(SelectVersions({"v2", "v10", "v1"}, {.latest = 2}), ElementsAre("v2", "v10"));
  EXPECT_THAT(SelectVersions({"v2"}, {.latest = 5}), ElementsAre("v2"));
}

TEST(VersionPolicyTest, SpecificTakesOnlyWhatIsThere) {
  EXPECT_THAT(SelectVersions({"v2", "v1"},
                             {.kind = VersionPolicy::Kind::kSpecific, .specific = {"v1", "v9"}}),
              ElementsAre("v1"));
  EXPECT_THAT(SelectVersions({"v2", "v1"}, {.kind = VersionPolicy::Kind::kAll}),
              ElementsAre("v1", "v2"));
}

TEST(LoadPlanTest, AModelThatIsNotNamedIsServedOnlyWhenNoneIs) {
  const RepositoryView disk = Disk({{"v1", 1}});
  EXPECT_THAT(WantedVersions(disk, {.models = {{"spam", {}}}}, {}), IsEmpty());
  EXPECT_THAT(WantedVersions(disk, {.others = true}, {}), ElementsAre(Id("v1")));
}

TEST(LoadPlanTest, WhatIsSelectedByNameAndNotThereIsNamed) {
  const RepositoryView disk = Disk({{"v1", 1}});
  const VersionPolicy some{.kind = VersionPolicy::Kind::kSpecific, .specific = {"v1", "v9"}};
  EXPECT_THAT(MissingSelections(disk, {.models = {{"sentiment", some}, {"spam", {}}}}),
              ElementsAre("model \"sentiment\" version \"v9\"", "model \"spam\""));
  EXPECT_THAT(MissingSelections(disk, Select({.latest = 5})), IsEmpty());
  EXPECT_THAT(MissingSelections(disk, {.others = true}), IsEmpty());
}

TEST(LoadPlanTest, ANewVersionReplacesTheLatestOnceItIsLoaded) {
  const RepositoryView disk = Disk({{"v1", 1}, {"v2", 2}});
  const auto wanted = WantedVersions(disk, Select({.latest = 1}), {});
  Attempts attempts = {{Id("v1"), {.fingerprint = 1, .loaded = true}}};
  EXPECT_THAT(VersionsToLoad(disk, wanted, attempts), ElementsAre(Id("v2")));
  attempts[Id("v2")] = {.fingerprint = 2, .loaded = false};
  EXPECT_THAT(VersionsToUnload(wanted, attempts), IsEmpty());
  attempts[Id("v2")].loaded = true;
  EXPECT_THAT(VersionsToUnload(wanted, attempts), ElementsAre(Id("v1")));
}

TEST(LoadPlanTest, LoadsOldVersionsFirst) {
  const RepositoryView disk = Disk({{"v10", 1}, {"v9", 2}});
  const auto wanted = WantedVersions(disk, Select({.kind = VersionPolicy::Kind::kAll}), {});
  EXPECT_THAT(VersionsToLoad(disk, wanted, {}), ElementsAre(Id("v9"), Id("v10")));
}

TEST(LoadPlanTest, TriesAFailedVersionAgainOnlyWhenItsFolderChanged) {
  const RepositoryView disk = Disk({{"v1", 1}});
  const auto wanted = WantedVersions(disk, Select({}), {});
  EXPECT_THAT(VersionsToLoad(disk, wanted, {{Id("v1"), {.fingerprint = 1}}}), IsEmpty());
  EXPECT_THAT(VersionsToLoad(disk, wanted, {{Id("v1"), {.fingerprint = 9}}}),
              ElementsAre(Id("v1")));
}

TEST(LoadPlanTest, AVersionThatVanishedIsUnloaded) {
  EXPECT_THAT(
      VersionsToUnload({}, {{Id("v1"), {.fingerprint = 1, .loaded = true}}, {Id("v2"), {}}}),
      ElementsAre(Id("v1")));
}

TEST(LoadPlanTest, WishesGoBeforeThePolicy) {
  const RepositoryView disk = Disk({{"v1", 1}, {"v2", 2}});
  EXPECT_THAT(WantedVersions(disk, Select({.latest = 1}),
                             {{Id("v1"), Wish::kLoad}, {Id("v2"), Wish::kUnload}}),
              ElementsAre(Id("v1")));
  EXPECT_THAT(WantedVersions({}, Select({}), {{Id("v1"), Wish::kLoad}}), IsEmpty());
}

}  // namespace
}  // namespace serin::model_server
