#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "model-server/backends/vader/vader_scorer.h"

namespace serin::model_server {

// Turns a text into the line of tokens that v2's classifier is trained on and asked about; training
// and serving share this one piece of code. The line has
//   - the text's words in lower case (ASCII), each ASCII punctuation mark but the apostrophe as a
//     token of its own, links as "<url", mentions as "<user", and white space and control
//     characters as separators;
//   - each of the three words after a negation once more as "not_<word>", up to the next
//     punctuation;
//   - what VADER says of the text, in steps coarse enough to learn from, each twice to give it
//     weight in the average of a short text.
// No token is fastText's "</s>" or begins with "__label__", whatever the text.
//
// Thread-safety: immutable.
class TextFeatures {
 public:
  explicit TextFeatures(VaderScorer scorer) : scorer_(std::move(scorer)) {}

  // The line, ending with the only line feed in it, which fastText reads as a token of its own.
  std::string LineOf(std::string_view text) const;

 private:
  VaderScorer scorer_;
};

// The first half of the line alone, without a line feed.
std::string NormalizedWords(std::string_view text);

}  // namespace serin::model_server
