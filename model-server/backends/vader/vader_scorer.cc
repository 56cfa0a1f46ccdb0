#include "model-server/backends/vader/vader_scorer.h"

#include <algorithm>
#include <cmath>

#include "common/status/status_macros.h"
#include "model-server/backends/vader/decimal_round.h"
#include "model-server/backends/vader/first_occurrence.h"
#include "model-server/backends/vader/tokenizer.h"
#include "model-server/backends/vader/vader_constants.h"
#include "model-server/backends/vader/valence.h"

namespace serin::model_server {
namespace {

// The sums over the valences of a text. A word counts one more than its valence in pos and neg, to
// make up for the neutral words, which count as one each.
struct Sums {
  double all = 0;
  double pos = 0;
  double neg = 0;
  size_t neutral = 0;

  void Add(double valence) {
    all += valence;
    if (valence > 0) {
      pos += valence + 1;
    } else if (valence < 0) {
      neg += valence - 1;
    } else {
      ++neutral;
    }
  }
};

size_t FirstBut(const TokenList& tokens) {
  const auto is_but = [](const Token& token) { return token.word->name == NamedWord::kBut; };
  return static_cast<size_t>(std::find_if(tokens.begin(), tokens.end(), is_but) - tokens.begin());
}

Sums SumValences(const TokenizedText& text) {
  const TokenList& tokens = text.tokens;
  const size_t but = FirstBut(tokens);
  FirstOccurrence first_occurrence;
  Sums sums;
  for (size_t i = 0; i < tokens.size(); ++i) {
    double valence = 0;
    if (tokens[i].word->in_lexicon) {
      valence = ValenceAt(tokens, first_occurrence.Of(tokens[i], i), text.mixed_capitals);
      if (but < tokens.size() && i != but) valence *= i < but ? kBeforeBut : kAfterBut;
    }
    sums.Add(valence);
  }
  return sums;
}

double PunctuationEmphasis(const TokenizedText& text) {
  double questions = 0;
  if (text.questions > 3) {
    questions = kManyQuestions;
  } else if (text.questions > 1) {
    questions = text.questions * kQuestion;
  }
  return std::min(text.exclamations, kMaxExclamations) * kExclamation + questions;
}

VaderScores FromSums(Sums sums, double emphasis) {
  if (sums.all > 0) {
    sums.all += emphasis;
  } else if (sums.all < 0) {
    sums.all -= emphasis;
  }
  if (sums.pos > std::fabs(sums.neg)) {
    sums.pos += emphasis;
  } else if (sums.pos < std::fabs(sums.neg)) {
    sums.neg -= emphasis;
  }
  const auto neutral = static_cast<double>(sums.neutral);
  const double total = sums.pos + std::fabs(sums.neg) + neutral;
  const double compound = sums.all / std::sqrt(sums.all * sums.all + kNormalization);
  return {.neg = RoundDecimal(std::fabs(sums.neg / total), 1000),
          .neu = RoundDecimal(neutral / total, 1000),
          .pos = RoundDecimal(sums.pos / total, 1000),
          .compound = RoundDecimal(compound, 10000)};
}

}  // namespace

absl::StatusOr<VaderScorer> VaderScorer::Create(const std::vector<LexiconEntry>& lexicon) {
  SERIN_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Create(lexicon));
  return VaderScorer(std::move(vocabulary));
}

VaderScores VaderScorer::Score(std::string_view text) const {
  TokenizedText tokenized;
  Tokenize(text, vocabulary_, tokenized);
  if (tokenized.tokens.empty()) return {};
  return FromSums(SumValences(tokenized), PunctuationEmphasis(tokenized));
}

}  // namespace serin::model_server
