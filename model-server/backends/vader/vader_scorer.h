#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
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
// 3.10.4's SentimentIntensityAnalyzer computes it under Python 3.11, quirks included:
//   - all occurrences of one spelling get the valence of the first one's context;
//   - idioms and "never so" rules look for lower case only, and idioms only where a word has three
//     tokens before it, the third of which is not in the lexicon;
//   - only the first "but" divides a text.
// Every sum is made in the original's order, so the results have the same bits.
//
// Thread-safety: immutable. Score() allocates only for texts of more than 48 tokens.
class VaderScorer {
 public:
  static absl::StatusOr<VaderScorer> Create(const std::vector<LexiconEntry>& lexicon);

  // All zero for a text without any token of two code points.
  VaderScores Score(std::string_view text) const;

 private:
  explicit VaderScorer(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}

  Vocabulary vocabulary_;
};

}  // namespace serin::model_server
