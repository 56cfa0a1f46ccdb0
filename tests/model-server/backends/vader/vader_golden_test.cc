// v1 against the Python originals, in both dialects: every number of every text must be equal.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "model-server/backends/vader/vader_scorer.h"
#include "tests/model-server/backends/vader/golden_file.h"

namespace serin::model_server {
namespace {

std::string Show(const VaderScores& scores) {
  return absl::StrFormat("neg %.17g neu %.17g pos %.17g compound %.17g", scores.neg, scores.neu,
                         scores.pos, scores.compound);
}

bool Equal(const VaderScores& a, const VaderScores& b) {
  return a.neg == b.neg && a.neu == b.neu && a.pos == b.pos && a.compound == b.compound;
}

// How many goldens differ; describes the first few in `examples`.
size_t CountDifferences(const VaderScorer& scorer, const std::vector<Golden>& goldens,
                        std::string& examples) {
  constexpr size_t kShown = 5;
  size_t differences = 0;
  for (const Golden& golden : goldens) {
    const VaderScores ours = scorer.Score(golden.text);
    if (Equal(ours, golden.scores)) continue;
    if (++differences > kShown) continue;
    absl::StrAppend(&examples, "\n\"", absl::CHexEscape(golden.text),
                    "\"\n  original: ", Show(golden.scores), "\n  ours:     ", Show(ours));
  }
  return differences;
}

// By dialect.
class VaderGoldenTest : public ::testing::TestWithParam<std::string> {
 protected:
  void ExpectEqualNumbers(const std::string& texts, size_t count) {
    const std::vector<Golden> goldens = ReadGoldens(GetParam() + "/" + texts);
    EXPECT_EQ(goldens.size(), count);
    std::string examples;
    EXPECT_EQ(CountDifferences(LoadScorer(GetParam()), goldens, examples), 0u) << examples;
  }
};

TEST_P(VaderGoldenTest, EveryRatedTextGetsTheNumbersOfTheOriginal) {
  ExpectEqualNumbers("rated_texts", 23703);
}

TEST_P(VaderGoldenTest, EveryLabelledTweetGetsTheNumbersOfTheOriginal) {
  ExpectEqualNumbers("labelled_tweets", 38158);
}

TEST_P(VaderGoldenTest, EveryGeneratedTextGetsTheNumbersOfTheOriginal) {
  ExpectEqualNumbers("generated_texts", 60000);
}

INSTANTIATE_TEST_SUITE_P(Dialects, VaderGoldenTest, ::testing::Values("nltk", "vadersentiment"),
                         [](const auto& dialect) { return dialect.param; });

TEST(VaderDialectsTest, TheDialectsDifferOnManyTexts) {
  std::string unused_examples;
  EXPECT_GT(CountDifferences(LoadScorer("nltk"), ReadGoldens("vadersentiment/rated_texts"),
                             unused_examples),
            1000u);
}

}  // namespace
}  // namespace serin::model_server
