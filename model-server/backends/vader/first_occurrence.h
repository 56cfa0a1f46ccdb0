#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "model-server/backends/vader/tokenizer.h"

namespace serin::model_server {

// Finds the first of equally spelled tokens, whose context the original takes for all of them.
// Only ever asked about words of the lexicon, of which a text has few: a short list is searched in
// line, a long text falls back to hashing, so that no text costs quadratic time.
class FirstOccurrence {
 public:
  // The index of the first token passed so far that is spelled like `token`: an earlier one's, or
  // else `index`, its own.
  size_t Of(const Token& token, size_t index) {
    for (const Entry& entry : recent_) {
      if (entry.text == token.text()) return entry.index;
    }
    if (recent_.size() < kSearched) {
      recent_.push_back({token.text(), index});
      return index;
    }
    return rest_.try_emplace(token.text(), index).first->second;
  }

 private:
  static constexpr size_t kSearched = 16;
  struct Entry {
    std::string_view text;
    size_t index;
  };
  absl::InlinedVector<Entry, kSearched> recent_;
  absl::flat_hash_map<std::string_view, size_t> rest_;
};

}  // namespace serin::model_server
