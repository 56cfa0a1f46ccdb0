#include "model-server/backends/vader/vader_model.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "model-server/backends/vader/lexicon.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string WriteFile(const std::string& content) {
  const std::string path = ::testing::TempDir() + "/lexicon_" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path) << content;
  return path;
}

TEST(VaderModelTest, ScoresTheExampleOfItsAuthors) {
  const auto model = VaderModel::Load(".data/lexicon/vader_lexicon.txt");
  ASSERT_THAT(model, IsOk()) << "run models/prepare";
  const auto sentiment = (*model)->Score("VADER is smart, handsome, and funny!");
  ASSERT_THAT(sentiment, IsOk());
  EXPECT_EQ(sentiment->neg, 0);
  EXPECT_EQ(sentiment->neu, 0.248);
  EXPECT_EQ(sentiment->pos, 0.752);
  EXPECT_EQ(sentiment->compound, 0.8439);
  EXPECT_EQ(sentiment->label, Label::kPositive);
}

TEST(VaderModelTest, LabelsByTheRuleOfItsAuthors) {
  // 0.195 / sqrt(0.195^2 + 15) = 0.0503 and 0.193 / ... = 0.0498
  const auto model =
      VaderModel::Load(WriteFile("up\t0.195\nnearly\t0.193\ndown\t-0.195\nbelow\t-0.193\n"));
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->Score("up")->label, Label::kPositive);
  EXPECT_EQ((*model)->Score("nearly")->label, Label::kNeutral);
  EXPECT_EQ((*model)->Score("below")->label, Label::kNeutral);
  EXPECT_EQ((*model)->Score("down")->label, Label::kNegative);
}

TEST(VaderModelTest, AMissingFileIsNamed) {
  EXPECT_THAT(VaderModel::Load("/nowhere/lexicon.txt"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/lexicon.txt")));
}

TEST(VaderModelTest, ABadLineIsNamedWithItsFile) {
  const std::string path = WriteFile("good\t1.9\n\nbad\tvery\n");
  EXPECT_THAT(VaderModel::Load(path),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(path), HasSubstr("line 3"), HasSubstr("bad\\tvery"))));
}

TEST(ParseLexiconTest, RefusesWhatIsNoLexicon) {
  for (const char* content : {"", "\n\n", "good", "good\t", "good\tnan", "good\t1.9x", "\t1.0"}) {
    EXPECT_THAT(ParseLexicon(content),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected")))
        << content;
  }
}

TEST(ParseLexiconTest, TakesTheFirstTwoFieldsOfALine) {
  const auto lexicon = ParseLexicon("good\t1.9\t0.9\t[2, 1]\r\nbad\t-2.5");
  ASSERT_THAT(lexicon, IsOk());
  ASSERT_EQ(lexicon->size(), 2u);
  EXPECT_EQ((*lexicon)[0].token, "good");
  EXPECT_EQ((*lexicon)[0].valence, 1.9);
  EXPECT_EQ((*lexicon)[1].valence, -2.5);
}

}  // namespace
}  // namespace serin::model_server
