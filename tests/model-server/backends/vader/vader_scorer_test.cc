// The rules of VADER one by one; the numbers of whole corpora are vader_golden_test's.
#include "model-server/backends/vader/vader_scorer.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

class VaderScorerTest : public ::testing::Test {
 protected:
  double Compound(const std::string& text) const { return scorer_.Score(text).compound; }

  const VaderScorer scorer_ = *VaderScorer::Create({{"good", 1.9},
                                                    {"great", 3.1},
                                                    {"bad", -2.5},
                                                    {"kind", 2.4},
                                                    {"shit", -2.6},
                                                    {"kill", -3.7},
                                                    {":)", 2.0},
                                                    {":(", -1.9}});
};

TEST_F(VaderScorerTest, ATextWithoutATokenIsAllZero) {
  for (const char* text : {"", " ", "a b c", "!", "\u00a0\u3000", "\u00e9 \u00df"}) {
    const VaderScores scores = scorer_.Score(text);
    EXPECT_EQ(scores.neg + scores.neu + scores.pos + scores.compound, 0) << text;
  }
}

TEST_F(VaderScorerTest, AnUnknownTextIsNeutral) {
  EXPECT_EQ(scorer_.Score("the table").neu, 1);
  EXPECT_EQ(Compound("the table"), 0);
}

TEST_F(VaderScorerTest, SharesAddUpToOne) {
  const VaderScores scores = scorer_.Score("a good day and a bad night");
  EXPECT_GT(scores.pos, 0);
  EXPECT_GT(scores.neg, 0);
  EXPECT_NEAR(scores.neg + scores.neu + scores.pos, 1, 0.0015);
}

TEST_F(VaderScorerTest, PunctuationAtOneEndIsStripped) {
  EXPECT_EQ(Compound("good. ok"), Compound("good ok"));
  EXPECT_EQ(Compound("'good ok"), Compound("good ok"));
  EXPECT_EQ(Compound("(good) ok"), 0);
  EXPECT_EQ(Compound("good* ok"), 0);
  EXPECT_EQ(Compound("good... ok"), 0);
}

TEST_F(VaderScorerTest, EmoticonsCount) {
  EXPECT_GT(Compound("well :)"), 0);
  EXPECT_LT(Compound("well :("), 0);
}

TEST_F(VaderScorerTest, CapitalsEmphasizeAmongOtherWordsOnly) {
  EXPECT_GT(Compound("a GOOD day"), Compound("a good day"));
  EXPECT_EQ(Compound("GOOD DAY"), Compound("good day"));
  EXPECT_LT(Compound("a BAD day"), Compound("a bad day"));
}

TEST_F(VaderScorerTest, CapitalsBeyondAsciiCount) {
  EXPECT_EQ(Compound("GOOD \u00c9COLE"), Compound("good \u00e9cole"));
  EXPECT_GT(Compound("GOOD \u00e9cole"), Compound("good \u00e9cole"));
}

TEST_F(VaderScorerTest, ExclamationMarksEmphasizeUpToFour) {
  EXPECT_GT(Compound("good day!"), Compound("good day"));
  EXPECT_GT(Compound("good day !!!!"), Compound("good day !!!"));
  EXPECT_EQ(Compound("good day !!!!!"), Compound("good day !!!!"));
  EXPECT_EQ(Compound("good day ?"), Compound("good day"));
  EXPECT_GT(Compound("good day ??"), Compound("good day"));
}

TEST_F(VaderScorerTest, DegreeAdverbsStrengthenOrDampenLessWithDistance) {
  EXPECT_GT(Compound("very good"), Compound("ok good"));
  EXPECT_LT(Compound("slightly good"), Compound("ok good"));
  EXPECT_LT(Compound("very bad"), Compound("ok bad"));
  EXPECT_GT(Compound("ok very good"), Compound("very ok good"));
  EXPECT_GT(Compound("very ok good"), Compound("ok ok good"));
}

TEST_F(VaderScorerTest, NegationsTurnTheValence) {
  EXPECT_LT(Compound("not good"), 0);
  EXPECT_LT(Compound("not so very good"), Compound("ok so very good"));
  EXPECT_LT(Compound("this wasn't good"), 0);
  EXPECT_LT(Compound("XYZN'T good"), 0);
  EXPECT_GT(Compound("no-one is good"), 0);
}

TEST_F(VaderScorerTest, NeverSoStrengthens) {
  EXPECT_GT(Compound("never so good"), Compound("ok so good"));
  EXPECT_LT(Compound("Never so good"), 0);
}

TEST_F(VaderScorerTest, LeastNegatesExceptAfterAtAndVery) {
  EXPECT_LT(Compound("least good"), 0);
  EXPECT_LT(Compound("the least good"), 0);
  EXPECT_GT(Compound("at least good"), 0);
  EXPECT_GT(Compound("very least good"), 0);
}

TEST_F(VaderScorerTest, ButShiftsTheWeightToWhatFollows) {
  EXPECT_LT(Compound("good but bad"), Compound("good and bad"));
  EXPECT_GT(Compound("bad BUT good"), Compound("bad and good"));
}

TEST_F(VaderScorerTest, IdiomsReplaceTheValenceAfterThreeTokens) {
  EXPECT_GT(Compound("it is really the shit"), 0);
  EXPECT_LT(Compound("the shit"), 0);
  EXPECT_LT(Compound("it is really The shit"), 0);
}

TEST_F(VaderScorerTest, KindOfIsNotKind) {
  EXPECT_EQ(Compound("kind of ok"), 0);
  EXPECT_GT(Compound("kind people"), 0);
  EXPECT_LT(Compound("we are kind of good"), Compound("we are ok ok good"));
}

TEST_F(VaderScorerTest, AllOccurrencesTakeTheContextOfTheFirst) {
  EXPECT_LT(Compound("not good and then there is good"), Compound("not good and then there"));
  EXPECT_GT(Compound("not good and then there is Good"), Compound("not good and then there"));
}

TEST_F(VaderScorerTest, TheKelvinSignFoldsToTheLetterK) {
  EXPECT_EQ(Compound("please \u212aILL it"), Compound("please KILL it"));
}

TEST_F(VaderScorerTest, UnicodeWhiteSpaceSeparates) {
  EXPECT_EQ(Compound("very\u00a0good\u2028day"), Compound("very good day"));
  EXPECT_EQ(Compound("very\u200bgood day"), 0);
}

TEST_F(VaderScorerTest, AHugeTextOfDistinctSpellingsTakesLinearTime) {
  std::string text;
  for (uint32_t i = 0; i < 200'000; ++i) {
    std::string word = "emotionallycharged";
    for (size_t bit = 0; bit < word.size(); ++bit) word[bit] ^= (i >> bit & 1) ? 0x20 : 0;
    text += word + ' ';
  }
  const VaderScorer scorer = *VaderScorer::Create({{"emotionallycharged", -1.0}});
  const absl::Time start = absl::Now();
  EXPECT_LT(scorer.Score(text).compound, -0.9);
  // 60 ms as it is; comparing each pair of spellings takes more than a minute.
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST_F(VaderScorerTest, BytesThatAreNotUtf8DoNoHarm) {
  EXPECT_GT(Compound("good \xFF\xFE \xE2\x84"), 0);
}

TEST(VaderScorerCreateTest, RefusesATokenThatIsTooLong) {
  EXPECT_THAT(VaderScorer::Create({{std::string(33, 'x'), 1}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 32 bytes")));
}

}  // namespace
}  // namespace serin::model_server
