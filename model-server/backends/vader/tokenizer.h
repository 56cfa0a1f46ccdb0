#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "model-server/backends/vader/vocabulary.h"

namespace serin::model_server {

// One word or emoticon of a text, with all that VADER's rules ask of it.
struct Token {
  const Word* word;   // never null; the vocabulary's unknown word for most
  const char* begin;  // into the text, without the punctuation that was stripped
  uint32_t size;      // bytes
  bool in_capitals;   // Python's str.isupper()
  bool has_nt;        // "n't" is in it, in any case
  bool folded;        // it differs from its lower case

  std::string_view text() const { return {begin, size}; }

  // The name of the word if it is spelled in lower case, which some rules insist on.
  NamedWord ExactName() const { return folded ? NamedWord::kNone : word->name; }
};

// A text of tweet length stays on the stack.
using TokenList = absl::InlinedVector<Token, 48>;

struct TokenizedText {
  TokenList tokens;
  int exclamations = 0;  // in the whole text
  int questions = 0;
  bool mixed_capitals = false;  // some tokens are in capitals, but not all
};

// Splits a text at Unicode white space, drops tokens of a single code point, and strips each of one
// run of punctuation at its front or at its end, if that run is one VADER lists, nothing but it is
// punctuation, and at least two code points remain. One pass over the bytes.
//
// The tokens point into `text` and `vocabulary`, which must outlive them. Bytes that are no valid
// UTF-8 count as unknown code points.
void Tokenize(std::string_view text, const Vocabulary& vocabulary, TokenizedText& out);

}  // namespace serin::model_server
