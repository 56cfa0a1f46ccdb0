#include "models/ngram_training.h"

#include <sstream>

#include "gtest/gtest.h"

namespace serin::models {
namespace {

using model_server::Label;
using model_server::NgramClassifier;
using model_server::NgramView;

const std::vector<NgramExample> kExamples = {
    {"glad to see", Label::kPositive}, {"sad to see", Label::kNegative},
    {"to see", Label::kNeutral},       {"so glad", Label::kPositive},
    {"so sad", Label::kNegative},      {"so", Label::kNeutral}};
constexpr NgramSettings kSettings{.least_texts = 2, .epochs = 30, .rate = 1};

TEST(TrainNgramsTest, LearnsWhichWordsDecide) {
  const NgramClassifier classifier = TrainNgrams(NgramView::kWords, kExamples, kSettings);
  EXPECT_GT(classifier.Probabilities("I am glad")[2], 0.6);
  EXPECT_GT(classifier.Probabilities("I am sad")[0], 0.6);
}

TEST(TrainNgramsTest, PassesOverNgramsOfFewTexts) {
  const NgramClassifier classifier =
      TrainNgrams(NgramView::kWords, kExamples, {.least_texts = 3, .epochs = 30, .rate = 1});
  EXPECT_EQ(classifier.Probabilities("glad"), classifier.Probabilities("sad"));
}

TEST(TrainNgramsTest, GivesTheSameBytesOnEveryRun) {
  std::ostringstream first;
  std::ostringstream second;
  TrainNgrams(NgramView::kCharacters, kExamples, kSettings).Write(first);
  TrainNgrams(NgramView::kCharacters, kExamples, kSettings).Write(second);
  EXPECT_EQ(first.str(), second.str());
}

}  // namespace
}  // namespace serin::models
