// Any text that a model may see is scored alike each time, with numbers in their ranges, in both
// dialects. That the numbers are Python's is for vader_golden_test.
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "common/status/check.h"
#include "model-server/backends/vader/emoji_lexicon.h"
#include "model-server/backends/vader/lexicon.h"
#include "model-server/backends/vader/vader_scorer.h"
#include "model-server/inference/text_rules.h"
#include "tests/fuzz/fuzz_target.h"

namespace serin::model_server {
namespace {

constexpr size_t kMaxTextBytes = 65'536;
// Three numbers, each rounded to three decimals.
constexpr double kSumTolerance = 0.0015 + 1e-9;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Fetched by tools/setup; the fuzzers run from the repository's root.
std::vector<LexiconEntry> Lexicon() {
  auto lexicon = ParseLexicon(ReadAll(".data/lexicon/vader_lexicon.txt"));
  SERIN_CHECK(lexicon.ok() && !lexicon->empty());
  return *std::move(lexicon);
}

EmojiLexicon Emojis() {
  auto emojis = EmojiLexicon::Parse(ReadAll(".data/lexicon/emoji_utf8_lexicon.txt"));
  SERIN_CHECK(emojis.ok());
  return *std::move(emojis);
}

bool IsShare(double value) { return value >= 0 && value <= 1; }

void CheckScores(const VaderScorer& scorer, std::string_view text) {
  const VaderScores scores = scorer.Score(text);
  SERIN_CHECK(IsShare(scores.neg) && IsShare(scores.neu) && IsShare(scores.pos));
  SERIN_CHECK(scores.compound >= -1 && scores.compound <= 1);
  const double sum = scores.neg + scores.neu + scores.pos;
  SERIN_CHECK(sum == 0 || std::abs(sum - 1) <= kSumTolerance);
  // A copy, so that nothing can hang on where the text lies.
  const std::string copy(text);
  const VaderScores again = scorer.Score(copy);
  SERIN_CHECK(again.neg == scores.neg && again.neu == scores.neu && again.pos == scores.pos &&
              again.compound == scores.compound);
}

}  // namespace
}  // namespace serin::model_server

SERIN_FUZZ(input) {
  using namespace serin::model_server;
  static const VaderScorer nltk = *VaderScorer::Create(Lexicon());
  static const VaderScorer vader_sentiment = *VaderScorer::Create(Lexicon(), Emojis());
  if (!CheckText(input, kMaxTextBytes).ok()) return;
  CheckScores(nltk, input);
  CheckScores(vader_sentiment, input);
}
