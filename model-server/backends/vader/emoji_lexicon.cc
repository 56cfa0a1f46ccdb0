#include "model-server/backends/vader/emoji_lexicon.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/strings/absl_view.h"
#include "model-server/backends/vader/unicode_class.h"

namespace serin::model_server {
namespace {

absl::Status BadLine(size_t number, absl::string_view line) {
  constexpr size_t kShown = 60;
  return absl::InvalidArgumentError(absl::StrCat("emoji lexicon line ", number,
                                                 ": expected <emoji> TAB <description>, got \"",
                                                 absl::CHexEscape(line.substr(0, kShown)), "\""));
}

}  // namespace

absl::StatusOr<EmojiLexicon> EmojiLexicon::Parse(std::string_view content) {
  EmojiLexicon lexicon;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(AbslView(content), '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '\t');
    if (fields.size() < 2 || fields[0].empty()) return BadLine(number, line);
    const DecodedCodePoint emoji = DecodeUtf8(StdView(fields[0]));
    if (fields[0].size() != static_cast<size_t>(emoji.size)) continue;
    lexicon.descriptions_[emoji.code_point] = std::string(fields[1]);
  }
  if (lexicon.descriptions_.empty()) {
    return absl::InvalidArgumentError("emoji lexicon: expected at least one entry, got none");
  }
  return lexicon;
}

std::string EmojiLexicon::Describe(std::string_view text) const {
  std::string out;
  out.reserve(text.size() * 2);
  bool after_blank = true;
  while (!text.empty()) {
    const DecodedCodePoint decoded = DecodeUtf8(text);
    const auto found = descriptions_.find(decoded.code_point);
    if (found != descriptions_.end()) {
      if (!after_blank) out += ' ';
      out += found->second;
      after_blank = false;
    } else {
      out.append(text.substr(0, decoded.size));
      after_blank = text[0] == ' ';
    }
    text.remove_prefix(decoded.size);
  }
  return out;
}

}  // namespace serin::model_server
