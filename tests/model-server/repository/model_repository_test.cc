#include "model-server/repository/model_repository.h"

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/support/fake_model.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeModel;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Loads anything, unless told that a version is broken.
class FakeLoader final : public VersionLoader {
 public:
  absl::StatusOr<std::shared_ptr<const ServedModel>> Load(const ModelVersionId& id,
                                                          const std::string&) override {
    ++loads[id.version];
    if (broken.contains(id.version)) return absl::DataLossError(id.version + " is broken");
    return std::make_shared<const ServedModel>(ServedModel{
        .name = id.model, .version = id.version, .model = std::make_shared<FakeModel>()});
  }
  std::map<std::string, int> loads;
  std::set<std::string> broken;
};

class ModelRepositoryTest : public ::testing::Test {
 protected:
  void Touch(const std::string& version, const std::string& content = "backend: vader") {
    folder_.Write("sentiment/" + version + "/model.yaml", content);
  }
  std::vector<std::string> Serving() const { return catalog_.Get()->VersionsOf("sentiment"); }

  TempDir folder_;
  FakeLoader loader_;
  Snapshot<ModelCatalog> catalog_{std::make_shared<const ModelCatalog>()};
  std::vector<std::string> told_;
  std::vector<absl::Status> folder_told_;
  ModelRepository repository_{
      folder_.path().string(),
      {.models = {}, .others = true},
      loader_,
      catalog_,
      [this](const ModelVersionId& id, const absl::Status& outcome, const ModelCatalog&) {
        told_.push_back(id.version + " " + absl::StatusCodeToString(outcome.code()));
      },
      [this](const absl::Status& outcome) { folder_told_.push_back(outcome); }};
};

TEST_F(ModelRepositoryTest, ServesTheNewestVersionAndFollowsTheFolder) {
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1"));
  Touch("v2");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v2"));
  std::filesystem::remove_all(folder_.path() / "sentiment/v2");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1"));
  EXPECT_THAT(told_, ElementsAre("v1 OK", "v2 OK", "v1 CANCELLED", "v1 OK", "v2 CANCELLED"));
}

TEST_F(ModelRepositoryTest, LoadsNothingAgainThatHasNotChanged) {
  Touch("v1");
  for (int i = 0; i < 3; ++i) ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_EQ(loader_.loads["v1"], 1);
  Touch("v1", "backend: fasttext");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_EQ(loader_.loads["v1"], 2);
}

TEST_F(ModelRepositoryTest, AFailedLoadKeepsWhatServesAndIsTold) {
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  const auto* before = catalog_.Get()->Find("sentiment", "v1");
  loader_.broken = {"v1"};
  Touch("v1", "backend: changed");
  EXPECT_THAT(repository_.Refresh(), StatusIs(absl::StatusCode::kDataLoss, "v1 is broken"));
  EXPECT_EQ(catalog_.Get()->Find("sentiment", "v1"), before);
  ASSERT_EQ(repository_.Index().size(), 1u);
  EXPECT_EQ(repository_.Index()[0].state, ModelRepository::State::kReady);
  EXPECT_EQ(repository_.Index()[0].reason, "v1 is broken");
}

TEST_F(ModelRepositoryTest, ANewVersionThatFailsDoesNotReplaceItsElder) {
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  loader_.broken = {"v2"};
  Touch("v2");
  EXPECT_THAT(repository_.Refresh(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("v2")));
  EXPECT_THAT(Serving(), ElementsAre("v1"));
  // And goes on serving while nothing changes, until the newer one is mended.
  EXPECT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1"));
  loader_.broken.clear();
  Touch("v2", "backend: mended");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v2"));
}

TEST_F(ModelRepositoryTest, LoadAndUnloadGoBeforeThePolicyUntilTheNextWish) {
  Touch("v1");
  Touch("v2");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  ASSERT_THAT(repository_.Load("sentiment", "v1"), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1", "v2"));
  ASSERT_THAT(repository_.Unload("sentiment", ""), IsOk());
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), IsEmpty());
  ASSERT_THAT(repository_.Load("sentiment", "v2"), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v2"));
}

TEST_F(ModelRepositoryTest, LoadWithoutAVersionMeansThoseOfThePolicyOrTheNewest) {
  for (const char* version : {"v1", "v2", "v3"}) Touch(version);
  ModelRepository repository(
      folder_.path().string(),
      {.models = {{"sentiment",
                   {.kind = VersionPolicy::Kind::kSpecific, .specific = {"v1", "v2"}}}}},
      loader_, catalog_, [](auto&&...) {});
  ASSERT_THAT(repository.Load("sentiment", ""), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1", "v2"));
  ASSERT_THAT(repository.Unload("sentiment", ""), IsOk());
  ASSERT_THAT(repository.Load("sentiment", ""), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1", "v2"));
  folder_.Write("spam/v1/model.yaml", "backend: vader");
  folder_.Write("spam/v2/model.yaml", "backend: vader");
  ASSERT_THAT(repository.Load("spam", ""), IsOk());
  EXPECT_THAT(catalog_.Get()->VersionsOf("spam"), ElementsAre("v2"));
}

TEST_F(ModelRepositoryTest, AModelThatIsReplacedIsFreedAlthoughThreadsHadReadItsCatalog) {
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  std::weak_ptr<const Model> former = catalog_.Get()->Find("sentiment", "v1")->model;
  absl::Notification read;
  absl::Notification over;
  std::thread reader([&] {
    EXPECT_NE(catalog_.Get()->Find("sentiment", "v1"), nullptr);
    read.Notify();
    over.WaitForNotification();
  });
  read.WaitForNotification();
  EXPECT_FALSE(former.expired());
  EXPECT_THAT(repository_.Load("sentiment", "v1"), IsOk());
  EXPECT_TRUE(former.expired());
  over.Notify();
  reader.join();
}

TEST_F(ModelRepositoryTest, LoadOfALoadedVersionLoadsItAgain) {
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  ASSERT_THAT(repository_.Load("sentiment", ""), IsOk());
  EXPECT_EQ(loader_.loads["v1"], 2);
  loader_.broken = {"v1"};
  EXPECT_THAT(repository_.Load("sentiment", "v1"),
              StatusIs(absl::StatusCode::kDataLoss, "v1 is broken"));
  EXPECT_THAT(Serving(), ElementsAre("v1"));
}

TEST_F(ModelRepositoryTest, NamesWhatIsMissing) {
  EXPECT_THAT(repository_.Load("sentiment", "v9"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("version \"v9\"")));
  EXPECT_THAT(repository_.Unload("sentiment", ""),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("that is loaded")));
  std::filesystem::remove_all(folder_.path());
  EXPECT_THAT(repository_.Refresh(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("expected a folder of models")));
}

TEST_F(ModelRepositoryTest, WhatCannotBeLookedAtIsNotTakenForGone) {
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  // A link to itself is there and cannot be seen, as a folder of a disk that fails.
  const std::filesystem::path model = folder_.path() / "sentiment";
  std::filesystem::rename(model, folder_.path() / ".aside");
  std::filesystem::create_symlink(model, model);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(repository_.Refresh(),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("sentiment: expected to see")));
  }
  EXPECT_THAT(Serving(), ElementsAre("v1"));
  std::filesystem::remove(model);
  std::filesystem::rename(folder_.path() / ".aside", model);
  EXPECT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(told_, ElementsAre("v1 OK"));
  EXPECT_THAT(folder_told_, ElementsAre(StatusIs(absl::StatusCode::kUnavailable, HasSubstr("")),
                                        StatusIs(absl::StatusCode::kOk, "")));
}

TEST_F(ModelRepositoryTest, AtAStartWhatIsNamedMustBeThere) {
  Touch("v1");
  ModelRepository repository(
      folder_.path().string(),
      {.models = {{"sentiment", {.kind = VersionPolicy::Kind::kSpecific, .specific = {"v1", "v9"}}},
                  {"spam", {}}}},
      loader_, catalog_, [](auto&&...) {});
  loader_.broken = {"v1"};
  EXPECT_THAT(
      repository.RefreshAll(),
      StatusIs(
          absl::StatusCode::kNotFound,
          AllOf(HasSubstr("repository.models: expected model \"sentiment\" version \"v9\" with"),
                HasSubstr("expected model \"spam\" with"), HasSubstr("v1 is broken"))));
}

TEST_F(ModelRepositoryTest, TheIndexHasWhatIsThereAndNotSelectedToo) {
  Touch("v1");
  Touch("v2");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  auto index = repository_.Index();
  ASSERT_EQ(index.size(), 2u);
  EXPECT_EQ(index[0].id.version, "v1");
  EXPECT_EQ(index[0].state, ModelRepository::State::kUnavailable);
  EXPECT_EQ(index[0].reason, "not selected");
  EXPECT_EQ(index[1].state, ModelRepository::State::kReady);
  ASSERT_THAT(repository_.Load("sentiment", "v1"), IsOk());
  EXPECT_EQ(repository_.Index()[0].state, ModelRepository::State::kReady);
  std::filesystem::remove_all(folder_.path() / "sentiment/v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  index = repository_.Index();
  ASSERT_EQ(index.size(), 1u);
  EXPECT_EQ(index[0].id.version, "v2");
}

TEST_F(ModelRepositoryTest, PassesOverFoldersWithoutAManifestAndThoseOnTheirWay) {
  folder_.Write("sentiment/v3/lexicon.txt", "half a copy");
  folder_.Write("sentiment/.v4.incoming/model.yaml", "backend: vader");
  Touch("v1");
  ASSERT_THAT(repository_.Refresh(), IsOk());
  EXPECT_THAT(Serving(), ElementsAre("v1"));
}

}  // namespace
}  // namespace serin::model_server
