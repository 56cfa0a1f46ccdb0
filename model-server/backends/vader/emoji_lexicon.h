#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace serin::model_server {

// What emojis look like in words, which the vaderSentiment dialect reads in their place. Immutable,
// hence thread-safe.
class EmojiLexicon {
 public:
  // Knows no emoji.
  EmojiLexicon() = default;

  // Parses the format of vaderSentiment's emoji_utf8_lexicon.txt: one entry a line, emoji and
  // description in its first two tab-separated fields. Of an emoji that stands twice the last entry
  // counts. Emojis of several code points are left out, for the original looks at single ones.
  //
  // Errors: INVALID_ARGUMENT naming the line (from 1), what stands there and what was expected.
  static absl::StatusOr<EmojiLexicon> Parse(std::string_view content);

  // `text` with every known emoji replaced by its description, with a blank before it unless one is
  // there, and none after it.
  std::string Describe(std::string_view text) const;

 private:
  absl::flat_hash_map<char32_t, std::string> descriptions_;
};

}  // namespace serin::model_server
