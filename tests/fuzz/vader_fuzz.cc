// Any text that a model may see is scored alike each time, with numbers in their ranges, and with
// the numbers of the Python originals, in both dialects.
#include <cmath>
#include <cstdio>
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
#include "tests/fuzz/vader_originals.h"

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

bool Equal(const VaderScores& a, const VaderScores& b) {
  return a.neg == b.neg && a.neu == b.neu && a.pos == b.pos && a.compound == b.compound;
}

void Show(const char* whose, const VaderScores& scores) {
  std::fprintf(stderr, "%s: neg %.17g neu %.17g pos %.17g compound %.17g\n", whose, scores.neg,
               scores.neu, scores.pos, scores.compound);
}

void CheckScores(const VaderScorer& scorer, std::string_view text, const VaderScores& original) {
  const VaderScores scores = scorer.Score(text);
  SERIN_CHECK(IsShare(scores.neg) && IsShare(scores.neu) && IsShare(scores.pos));
  SERIN_CHECK(scores.compound >= -1 && scores.compound <= 1);
  const double sum = scores.neg + scores.neu + scores.pos;
  SERIN_CHECK(sum == 0 || std::abs(sum - 1) <= kSumTolerance);
  // A copy, so that nothing can hang on where the text lies.
  const std::string copy(text);
  SERIN_CHECK(Equal(scorer.Score(copy), scores));
  if (!Equal(scores, original)) {
    Show("the original", original);
    Show("ours", scores);
  }
  SERIN_CHECK(Equal(scores, original));
}

}  // namespace
}  // namespace serin::model_server

SERIN_FUZZ(input) {
  using namespace serin::model_server;
  static const VaderScorer nltk = *VaderScorer::Create(Lexicon());
  static const VaderScorer vader_sentiment = *VaderScorer::Create(Lexicon(), Emojis());
  if (!CheckText(input, kMaxTextBytes).ok()) return;
  static VaderOriginals originals;
  const VaderOriginals::Scores expected = originals.Score(input);
  CheckScores(nltk, input, expected.nltk);
  CheckScores(vader_sentiment, input, expected.vader_sentiment);
}
