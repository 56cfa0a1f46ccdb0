#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "model-server/backends/vader/dialect.h"
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

  // The name of the word for the rules on which the dialects disagree about capitals.
  NamedWord NameIn(const Dialect& dialect) const {
    return folded && dialect.names_in_lower_case_only ? NamedWord::kNone : word->name;
  }
};

// A text of tweet length stays on the stack.
using TokenList = absl::InlinedVector<Token, 48>;

struct TokenizedText {
  TokenList tokens;
  int exclamations = 0;  // in the whole text
  int questions = 0;
  bool mixed_capitals = false;  // some tokens are in capitals, but not all
};

// Splits a text at Unicode white space, drops tokens of a single code point if the dialect does,
// and strips punctuation as it does (punctuation.h). One pass over the bytes.
//
// The tokens point into `text` and `vocabulary`, which must outlive them. Bytes that are no valid
// UTF-8 count as unknown code points.
void Tokenize(std::string_view text, const Vocabulary& vocabulary, const Dialect& dialect,
              TokenizedText& out);

}  // namespace serin::model_server
