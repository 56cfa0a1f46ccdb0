#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::model_server {

// One entry of a VADER lexicon.
struct LexiconEntry {
  std::string token;   // as written: case and punctuation are kept
  double valence = 0;  // mean rating, from -4 (extremely negative) to 4 (extremely positive)
};

// Parses a lexicon in the format of vaderSentiment's vader_lexicon.txt: one entry a line, token and
// mean valence in its first two tab-separated fields; further fields and blank lines are ignored.
// Of a token that stands twice the last entry counts, which is left to the reader of the vector.
//
// Errors: INVALID_ARGUMENT naming the line (from 1), what stands there and what was expected.
absl::StatusOr<std::vector<LexiconEntry>> ParseLexicon(std::string_view content);

}  // namespace serin::model_server
