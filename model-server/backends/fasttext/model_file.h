#pragma once

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"

// The file of a v2 model: one file that holds all it needs, so that a model can be copied, named
// and replaced as a unit.
//
//   "SERINFT2"                 8 bytes
//   size of the lexicon        8 bytes, little-endian
//   the lexicon                as in vader_lexicon.txt
//   n-grams of words           as NgramClassifier writes it
//   n-grams of characters      likewise
//   the classifier             as fastText 0.9 saves it, to the end of the file
namespace serin::model_server {

// Writes the first three.
void WriteModelHeader(const std::string& lexicon, std::ostream& out);

// Reads them and leaves the stream where the n-grams begin. Returns the lexicon.
//
// Errors: INVALID_ARGUMENT saying what was expected.
absl::StatusOr<std::string> ReadModelHeader(std::istream& in);

}  // namespace serin::model_server
