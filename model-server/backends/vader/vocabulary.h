#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/backends/vader/dialect.h"
#include "model-server/backends/vader/folded_token.h"
#include "model-server/backends/vader/lexicon.h"
#include "model-server/backends/vader/word_tables.h"

namespace serin::model_server {

// All that VADER's rules can ask about a token regardless of its capitals.
struct Word {
  double valence = 0;   // of the lexicon; meaningless unless in_lexicon
  double modifier = 0;  // added to the valence of a positive word that follows; 0: no degree adverb
  bool in_lexicon = false;
  bool negates = false;
  NamedWord name = NamedWord::kNone;

  bool IsDegreeAdverb() const { return modifier != 0; }
};

// The lexicon and VADER's own word lists in one open-addressed hash table, so that each token of a
// text costs one probe. Immutable, hence thread-safe; Find() does not allocate.
class Vocabulary {
 public:
  // Of a token that stands twice in the lexicon the last entry counts. A token with a capital or a
  // blank in it is left out, since no folded token of a text can equal it; above ASCII, capitals of
  // a text are not folded (the published lexicon has nothing there).
  //
  // Errors: INVALID_ARGUMENT for a token longer than FoldedToken::kMaxBytes bytes.
  static absl::StatusOr<Vocabulary> Create(const std::vector<LexiconEntry>& lexicon,
                                           const Dialect& dialect);

  // What is known of the token; a Word of defaults if nothing is.
  const Word& Find(const FoldedToken& token) const;

  // The Word Find() gives for what it does not know.
  const Word& unknown() const { return words_[0]; }

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t index = 0;  // into words_; 0: the slot is free
  };

  Vocabulary();
  Word& Insert(std::string_view token);

  std::vector<Word> words_;        // [0]: the unknown word
  std::vector<FoldedToken> keys_;  // keys_[i] belongs to words_[i]
  std::vector<Slot> slots_;        // a power of two, at most half full
};

inline const Word& Vocabulary::Find(const FoldedToken& token) const {
  const uint64_t hash = HashToken(token);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t position = hash & mask;; position = (position + 1) & mask) {
    const Slot slot = slots_[position];
    if (slot.index == 0) return words_[0];
    if (slot.tag == tag && keys_[slot.index] == token) return words_[slot.index];
  }
}

}  // namespace serin::model_server
