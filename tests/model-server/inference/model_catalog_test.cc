#include "model-server/inference/model_catalog.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::StatusIs;
using ::testing::ElementsAre;

ModelCatalog::Entry Model(const std::string& name, const std::string& version) {
  return std::make_shared<const ServedModel>(ServedModel{.name = name, .version = version});
}

TEST(ModelCatalogTest, AnswersWithoutAVersionByTheNewest) {
  const ModelCatalog catalog({Model("sentiment", "v10"), Model("sentiment", "v9")});
  EXPECT_EQ(catalog.Find("sentiment", "")->version, "v10");
  EXPECT_EQ(catalog.Find("", "")->version, "v10");
  EXPECT_EQ(catalog.Find("", "v9")->version, "v9");
  EXPECT_EQ(catalog.Find("sentiment", "v9")->version, "v9");
  EXPECT_EQ(catalog.Find("sentiment", "v8"), nullptr);
  EXPECT_EQ(catalog.Find("spam", ""), nullptr);
}

TEST(ModelCatalogTest, TheDefaultIsTheFirstModelByName) {
  const ModelCatalog catalog({Model("b", "1"), Model("a", "1"), Model("a", "2")});
  EXPECT_EQ(catalog.Find("", "")->name, "a");
  EXPECT_EQ(catalog.Find("", "")->version, "2");
}

TEST(ModelCatalogTest, NamesWhatThereIsWhenSomethingIsNot) {
  const ModelCatalog catalog({Model("a", "1"), Model("a", "2"), Model("b", "1")});
  EXPECT_THAT(catalog.NotFound("c", ""),
              StatusIs(absl::StatusCode::kNotFound, "model: expected one of a, b, got \"c\""));
  EXPECT_THAT(catalog.NotFound("a", "3"),
              StatusIs(absl::StatusCode::kNotFound,
                       "model_version: expected one of 1, 2 or none, got \"3\""));
  EXPECT_THAT(ModelCatalog().NotFound("", ""),
              StatusIs(absl::StatusCode::kNotFound, "model: none is loaded"));
}

TEST(ModelCatalogTest, AChangeLeavesTheFormerCatalogAlone) {
  const ModelCatalog one({Model("a", "1")});
  const ModelCatalog two = one.With(Model("a", "2"));
  const ModelCatalog none = two.Without("a", "1").Without("a", "2");
  EXPECT_THAT(one.VersionsOf("a"), ElementsAre("1"));
  EXPECT_THAT(two.VersionsOf("a"), ElementsAre("1", "2"));
  EXPECT_EQ(two.Find("a", "1"), one.Find("a", "1"));
  EXPECT_EQ(none.Find("", ""), nullptr);
}

TEST(ModelCatalogTest, TheSameVersionAddedAgainReplacesTheFormer) {
  const ModelCatalog one({Model("a", "1")});
  const ModelCatalog again = one.With(Model("a", "1"));
  EXPECT_THAT(again.VersionsOf("a"), ElementsAre("1"));
  EXPECT_NE(again.Find("a", "1"), one.Find("a", "1"));
}

}  // namespace
}  // namespace serin::model_server
