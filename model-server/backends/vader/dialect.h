#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "absl/types/span.h"
#include "model-server/backends/vader/word_tables.h"

namespace serin::model_server {

// A phrase that replaces the valence of the word it stands at.
struct Idiom {
  std::array<NamedWord, 3> words;
  size_t size;
  double valence;
};

// VADER is published twice, by NLTK and by its authors as the package vaderSentiment. Both follow
// one algorithm and differ in no more than these points.
struct Dialect {
  size_t fewest_code_points;        // of a token; shorter ones are dropped
  bool strips_all_punctuation;      // of a token (StripAllPunctuation, else StripPunctuation)
  bool describes_emojis;            // an emoji counts as the words that describe it
  bool first_occurrence_decides;    // for all tokens of one spelling, else each for itself
  bool names_in_lower_case_only;    // in idioms and beside "never"
  bool but_finds_words_by_valence;  // of equal valences the first is weighed, maybe several times
  bool no_negates;                  // "no" turns the valence of words up to three tokens after it
  bool without_doubt_affirms;       // "without doubt" negates nothing
  double never_second;              // factor of "never so" and "never this"
  absl::Span<const Idiom> idioms;
  absl::Span<const std::string_view> more_intensifying;  // degree adverbs only it has
  absl::Span<const std::string_view> more_dampening;

  // The idiom made of exactly these words, or nullptr.
  const Idiom* FindIdiom(absl::Span<const NamedWord> words) const;
};

// NLTK 3.10.4's nltk.sentiment.vader.
const Dialect& NltkDialect();

// vaderSentiment 3.3.2.
const Dialect& VaderSentimentDialect();

}  // namespace serin::model_server
