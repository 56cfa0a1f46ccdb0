// v2 must be better than v1 on texts that neither saw.
#include <iostream>
#include <string>

#include "gtest/gtest.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"
#include "models/evaluation.h"
#include "tests/support/status_matchers.h"

namespace serin::models {
namespace {

using model_server::FastTextModel;
using model_server::Label;
using model_server::Model;
using model_server::Sentiment;
using model_server::VaderModel;
using ::serin::testing::IsOk;

// Prints both models' tables for a corpus and expects v2 to get `least` of the labels right.
void ExpectAccuracy(const std::string& corpus, double least) {
  const auto v1 = VaderModel::Load(".data/lexicon/vader_lexicon.txt");
  const auto v2 = FastTextModel::Load(".data/models/v2.bin");
  const auto texts = TestTexts(".data/texts/" + corpus + ".tsv");
  ASSERT_THAT(v1, IsOk()) << "run models/prepare";
  ASSERT_THAT(v2, IsOk()) << "run models/prepare";
  ASSERT_THAT(texts, IsOk());
  ASSERT_GT(texts->size(), 4000u);
  std::cout << Report("v1, " + corpus, **v1, *texts) << Report("v2, " + corpus, **v2, *texts);
  const double accuracy = Evaluate(**v2, *texts).Accuracy();
  EXPECT_GE(accuracy, least);
  EXPECT_GT(accuracy, Evaluate(**v1, *texts).Accuracy());
}

TEST(AccuracyTest, V2GetsMostOfTheUnseenRatedTextsRight) { ExpectAccuracy("rated_texts", 0.69); }

TEST(AccuracyTest, V2GetsMostOfTheUnseenTweetsRight) { ExpectAccuracy("labelled_tweets", 0.77); }

// Says "positive" to all.
class Optimist final : public Model {
 public:
  absl::StatusOr<Sentiment> Score(std::string_view) const override {
    return Sentiment{.pos = 1, .compound = 1, .label = Label::kPositive};
  }
};

TEST(EvaluateTest, CountsPeoplesLabelsAgainstTheModels) {
  const ConfusionMatrix matrix = Evaluate(
      Optimist(),
      {{"a", Label::kPositive, "x"}, {"a", Label::kNegative, "y"}, {"b", Label::kNegative, "z"}});
  EXPECT_EQ(matrix.Total(), 3u);
  EXPECT_EQ(matrix.Correct(), 1u);
  EXPECT_EQ(matrix.counts[0][2], 2u);
  EXPECT_NEAR(matrix.Accuracy(), 1.0 / 3, 1e-12);
}

TEST(CalibrateTest, AModelThatIsSureAndWrongIsOutByThatMuch) {
  const Calibration calibration =
      Calibrate(Optimist(), {{"a", Label::kPositive, "x"}, {"a", Label::kNegative, "y"}});
  EXPECT_EQ(calibration.bins[9].answers, 2u);
  EXPECT_EQ(calibration.bins[9].correct, 1u);
  EXPECT_NEAR(calibration.ExpectedError(), 0.5, 1e-12);
}

}  // namespace
}  // namespace serin::models
