#include "model-server/backends/vader/vader_scorer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
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

using Valences = absl::InlinedVector<double, 48>;  // of the tokens, in their order

Valences ValencesOf(const TokenizedText& text, const Dialect& dialect) {
  const TokenList& tokens = text.tokens;
  FirstOccurrence first_occurrence;
  Valences valences(tokens.size(), 0);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].word->in_lexicon) continue;
    const size_t decisive =
        dialect.first_occurrence_decides ? first_occurrence.Of(tokens[i], i) : i;
    valences[i] = ValenceAt(text, decisive, dialect);
  }
  return valences;
}

double ButFactor(size_t index, size_t but) {
  if (index == but) return 1;
  return index < but ? kBeforeBut : kAfterBut;
}

// Weighs the words around a "but" as vaderSentiment does: it finds each by its valence, so that
// the first of equal ones is taken for all of them. Ordered by valence, then index, so that many
// equal ones cost no quadratic time.
void WeighByValence(size_t but, Valences& valences) {
  absl::btree_set<std::pair<double, size_t>> places;
  for (size_t i = 0; i < valences.size(); ++i) {
    if (valences[i] != 0) places.emplace(valences[i], i);
  }
  for (const double& valence : valences) {
    if (valence == 0) continue;
    const auto first = places.lower_bound({valence, 0});
    const size_t index = first->second;
    places.erase(first);
    valences[index] *= ButFactor(index, but);
    places.emplace(valences[index], index);
  }
}

Sums SumValences(const TokenizedText& text, const Dialect& dialect) {
  Valences valences = ValencesOf(text, dialect);
  const size_t but = FirstBut(text.tokens);
  if (but < valences.size()) {
    if (dialect.but_finds_words_by_valence) {
      WeighByValence(but, valences);
    } else {
      for (size_t i = 0; i < valences.size(); ++i) valences[i] *= ButFactor(i, but);
    }
  }
  Sums sums;
  for (double valence : valences) sums.Add(valence);
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

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
}

}  // namespace

absl::StatusOr<VaderScorer> VaderScorer::Create(const std::vector<LexiconEntry>& lexicon) {
  const Dialect& dialect = NltkDialect();
  SERIN_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Create(lexicon, dialect));
  return VaderScorer(std::move(vocabulary), EmojiLexicon(), dialect);
}

absl::StatusOr<VaderScorer> VaderScorer::Create(const std::vector<LexiconEntry>& lexicon,
                                                EmojiLexicon emojis) {
  const Dialect& dialect = VaderSentimentDialect();
  SERIN_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Create(lexicon, dialect));
  return VaderScorer(std::move(vocabulary), std::move(emojis), dialect);
}

VaderScores VaderScorer::Score(std::string_view text) const {
  std::string described;
  if (dialect_->describes_emojis && !IsAscii(text)) text = described = emojis_.Describe(text);
  TokenizedText tokenized;
  Tokenize(text, vocabulary_, *dialect_, tokenized);
  if (tokenized.tokens.empty()) return {};
  return FromSums(SumValences(tokenized, *dialect_), PunctuationEmphasis(tokenized));
}

}  // namespace serin::model_server
