#pragma once

#include <cstddef>

#include "model-server/backends/vader/tokenizer.h"

namespace serin::model_server {

// The valence of the token at `index` in its context: the lexicon's, strengthened by capitals and
// degree adverbs, turned by negations, replaced by idioms. 0 for tokens that are not in the
// lexicon, for degree adverbs and for the "kind" of "kind of".
//
// Follows the originals' order of operations, so that the result has the same bits: up to three
// tokens before it are looked at, from the nearest, skipping those that are in the lexicon
// themselves.
double ValenceAt(const TokenizedText& text, size_t index, const Dialect& dialect);

}  // namespace serin::model_server
