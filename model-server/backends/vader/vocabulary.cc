#include "model-server/backends/vader/vocabulary.h"

#include <bit>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "model-server/backends/vader/unicode_class.h"
#include "model-server/backends/vader/vader_constants.h"

namespace serin::model_server {
namespace {

// Whether str.split and str.lower can give this token.
bool IsReachable(std::string_view token) {
  while (!token.empty()) {
    const DecodedCodePoint decoded = DecodeUtf8(token);
    if (decoded.code_point < 0x80) {
      if (absl::ascii_isupper(token[0]) || absl::ascii_isspace(token[0])) return false;
    } else {
      const CodePointClass kind = ClassifyNonAscii(decoded.code_point);
      if (kind == CodePointClass::kUpper || kind == CodePointClass::kWhitespace) return false;
    }
    token.remove_prefix(decoded.size);
  }
  return true;
}

}  // namespace

Vocabulary::Vocabulary() : words_(1), keys_(1), slots_(1) {}

absl::StatusOr<Vocabulary> Vocabulary::Create(const std::vector<LexiconEntry>& lexicon,
                                              const Dialect& dialect) {
  Vocabulary vocabulary;
  vocabulary.slots_.resize(std::bit_ceil(2 * (lexicon.size() + 256)));
  for (const LexiconEntry& entry : lexicon) {
    if (entry.token.size() > FoldedToken::kMaxBytes) {
      return absl::InvalidArgumentError(absl::StrCat("lexicon: expected tokens of at most ",
                                                     FoldedToken::kMaxBytes, " bytes, got \"",
                                                     absl::CHexEscape(entry.token), "\""));
    }
    if (!IsReachable(entry.token)) continue;
    Word& word = vocabulary.Insert(entry.token);
    word.valence = entry.valence;
    word.in_lexicon = true;
  }
  for (auto words : {IntensifyingWords(), dialect.more_intensifying}) {
    for (std::string_view token : words) vocabulary.Insert(token).modifier = kIncrement;
  }
  for (auto words : {DampeningWords(), dialect.more_dampening}) {
    for (std::string_view token : words) vocabulary.Insert(token).modifier = -kIncrement;
  }
  for (std::string_view token : NegatingWords()) vocabulary.Insert(token).negates = true;
  for (const auto& [token, name] : NamedWords()) vocabulary.Insert(token).name = name;
  return vocabulary;
}

Word& Vocabulary::Insert(std::string_view token) {
  const FoldedToken key = FoldToken(token);
  const uint64_t hash = HashToken(key);
  const size_t mask = slots_.size() - 1;
  size_t position = hash & mask;
  for (; slots_[position].index != 0; position = (position + 1) & mask) {
    if (keys_[slots_[position].index] == key) return words_[slots_[position].index];
  }
  slots_[position] = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(words_.size())};
  keys_.push_back(key);
  return words_.emplace_back();
}

}  // namespace serin::model_server
