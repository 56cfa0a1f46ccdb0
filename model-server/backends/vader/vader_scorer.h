#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/backends/vader/dialect.h"
#include "model-server/backends/vader/emoji_lexicon.h"
#include "model-server/backends/vader/lexicon.h"
#include "model-server/backends/vader/vocabulary.h"

namespace serin::model_server {

// VADER's four numbers. neg, neu and pos are shares of the text in [0, 1], rounded to 3 decimals;
// compound is its normalised sum of valences in [-1, 1], rounded to 4.
struct VaderScores {
  double neg = 0;
  double neu = 0;
  double pos = 0;
  double compound = 0;
};

// Rule-based sentiment of short English texts (Hutto & Gilbert 2014, "VADER: A Parsimonious
// Rule-based Model for Sentiment Analysis of Social Media Text"), number for number as NLTK
// 3.10.4's SentimentIntensityAnalyzer, or vaderSentiment 3.3.2's, computes it under Python 3.11,
// quirks included. dialect.h lists where the two differ; what they share:
//   - idioms count only where a word has three tokens before it, the third of which is not in the
//     lexicon;
//   - only the first "but" divides a text.
// Every sum is made in the original's order, so the results have the same bits.
//
// Thread-safety: immutable. In NLTK's dialect Score() allocates only for texts of more than 48
// tokens.
class VaderScorer {
 public:
  // NLTK's dialect.
  static absl::StatusOr<VaderScorer> Create(const std::vector<LexiconEntry>& lexicon);

  // vaderSentiment's.
  static absl::StatusOr<VaderScorer> Create(const std::vector<LexiconEntry>& lexicon,
                                            EmojiLexicon emojis);

  // All zero for a text without any token.
  VaderScores Score(std::string_view text) const;

 private:
  VaderScorer(Vocabulary vocabulary, EmojiLexicon emojis, const Dialect& dialect)
      : vocabulary_(std::move(vocabulary)), emojis_(std::move(emojis)), dialect_(&dialect) {}

  Vocabulary vocabulary_;
  EmojiLexicon emojis_;
  const Dialect* dialect_;
};

}  // namespace serin::model_server
