// The rules of vaderSentiment's dialect that NLTK's does not have; the numbers of whole corpora are
// vader_golden_test's.
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "model-server/backends/vader/vader_scorer.h"

namespace serin::model_server {
namespace {

class VaderSentimentTest : public ::testing::Test {
 protected:
  double Compound(const std::string& text) const { return scorer_.Score(text).compound; }
  double NltkCompound(const std::string& text) const { return nltk_.Score(text).compound; }

  const std::vector<LexiconEntry> lexicon_ = {{"good", 1.9},     {"love", 3.2},  {"bad", -2.5},
                                              {"no", -1.2},      {"stop", -1.2}, {"shit", -2.6},
                                              {"beating", -2.0}, {":)", 2.0},    {"fine", 1.0}};
  const VaderScorer nltk_ = *VaderScorer::Create(lexicon_);
  const VaderScorer scorer_ =
      *VaderScorer::Create(lexicon_, *EmojiLexicon::Parse("\U0001F60D\tface with love eyes\n"));
};

TEST_F(VaderSentimentTest, AnEmojiCountsAsTheWordsThatDescribeIt) {
  EXPECT_EQ(Compound("ok \U0001F60D"), Compound("ok face with love eyes"));
  EXPECT_EQ(NltkCompound("ok \U0001F60D"), 0);
}

TEST_F(VaderSentimentTest, AnyPunctuationAroundAWordIsStripped) {
  for (const char* text : {"(good)", "good...", "*good*", "#good"}) {
    EXPECT_EQ(Compound(text), Compound("good")) << text;
    EXPECT_EQ(NltkCompound(text), 0) << text;
  }
  EXPECT_GT(Compound(":)"), 0);
}

TEST_F(VaderSentimentTest, ASingleLetterIsAToken) {
  EXPECT_EQ(scorer_.Score("good a b c").neu, scorer_.Score("good one two three").neu);
  EXPECT_EQ(nltk_.Score("good a b c").neu, 0);
}

TEST_F(VaderSentimentTest, NoTurnsWhatFollowsIt) {
  EXPECT_LT(Compound("no good"), 0);
  EXPECT_LT(Compound("no real good"), 0);
  EXPECT_LT(Compound("no fun or good"), Compound("no fun and good"));
  EXPECT_GT(NltkCompound("no good"), 0);
}

TEST_F(VaderSentimentTest, WithoutDoubtNegatesNothing) {
  EXPECT_EQ(Compound("without doubt good"), Compound("surely ok good"));
  EXPECT_LT(NltkCompound("without doubt good"), 0);
}

TEST_F(VaderSentimentTest, ItsOwnIdiomsCountInAnyCase) {
  EXPECT_EQ(Compound("at the old bus stop"), 0);
  EXPECT_GT(Compound("my own dear beating heart"), 0);
  EXPECT_GT(Compound("it is really The Shit"), 0);
}

TEST_F(VaderSentimentTest, EachOccurrenceHasItsOwnContext) {
  EXPECT_GT(Compound("not good and then there is good"), Compound("not good and then there"));
}

TEST_F(VaderSentimentTest, ButWeighsTheFirstOfEqualValences) {
  // Halved, ":)" has the valence of "fine" and is halved in its place: 0.5 + 1 instead of 1 + 1.5.
  EXPECT_LT(Compound(":) but fine"), NltkCompound(":) but fine"));
  EXPECT_EQ(Compound("good but fine"), NltkCompound("good but fine"));
}

TEST_F(VaderSentimentTest, AHugeTextOfEqualWordsTakesNoQuadraticTime) {
  std::string text = "but";
  for (int i = 0; i < 200'000; ++i) text += " good";
  const absl::Time start = absl::Now();
  EXPECT_GT(Compound(text), 0.99);
  // 0.3 s as it is; looking each valence up from the front takes minutes.
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace serin::model_server
