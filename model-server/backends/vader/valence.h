#pragma once

#include <cstddef>

#include "absl/types/span.h"
#include "model-server/backends/vader/tokenizer.h"

namespace serin::model_server {

// The valence of the token at `index` in its context: the lexicon's, strengthened by capitals and
// degree adverbs, turned by negations, replaced by idioms. 0 for tokens that are not in the
// lexicon, for degree adverbs and for the "kind" of "kind of".
//
// Follows NLTK's order of operations, so that the result has the same bits: up to three tokens
// before it are looked at, from the nearest, skipping those that are in the lexicon themselves.
double ValenceAt(absl::Span<const Token> tokens, size_t index, bool mixed_capitals);

}  // namespace serin::model_server
