// v1 against the Python original: every number of every text must be equal.
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
size_t CountDifferences(const std::vector<Golden>& goldens, std::string& examples) {
  const VaderScorer scorer = LoadScorer();
  constexpr size_t kShown = 5;
  size_t differences = 0;
  for (const Golden& golden : goldens) {
    const VaderScores ours = scorer.Score(golden.text);
    if (Equal(ours, golden.scores)) continue;
    if (++differences > kShown) continue;
    absl::StrAppend(&examples, "\n\"", absl::CHexEscape(golden.text),
                    "\"\n  NLTK: ", Show(golden.scores), "\n  ours: ", Show(ours));
  }
  return differences;
}

TEST(VaderGoldenTest, EveryRatedTextGetsTheNumbersOfTheOriginal) {
  const std::vector<Golden> goldens = ReadGoldens("rated_texts");
  EXPECT_EQ(goldens.size(), 23703u);
  std::string examples;
  EXPECT_EQ(CountDifferences(goldens, examples), 0u) << examples;
}

TEST(VaderGoldenTest, EveryLabelledTweetGetsTheNumbersOfTheOriginal) {
  const std::vector<Golden> goldens = ReadGoldens("labelled_tweets");
  EXPECT_EQ(goldens.size(), 38158u);
  std::string examples;
  EXPECT_EQ(CountDifferences(goldens, examples), 0u) << examples;
}

TEST(VaderGoldenTest, EveryGeneratedTextGetsTheNumbersOfTheOriginal) {
  const std::vector<Golden> goldens = ReadGoldens("generated_texts");
  EXPECT_EQ(goldens.size(), 60000u);
  std::string examples;
  EXPECT_EQ(CountDifferences(goldens, examples), 0u) << examples;
}

}  // namespace
}  // namespace serin::model_server
