#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

// The closed word lists of VADER (Hutto & Gilbert 2014, section 3.3 "rules"), as NLTK has them.
namespace serin::model_server {

// Words that rules or idioms ask for by name.
enum class NamedWord : uint8_t {
  kNone,
  kAss,
  kAt,
  kBad,
  kBomb,
  kBut,
  kCut,
  kDeath,
  kEnough,
  kHand,
  kJust,
  kKind,
  kKiss,
  kLeast,
  kMouth,
  kMustard,
  kNever,
  kOf,
  kRight,
  kShit,
  kSo,
  kSort,
  kThe,
  kThis,
  kTo,
  kVery,
  kYeah,
};

struct NamedWordSpelling {
  std::string_view token;
  NamedWord name;
};
absl::Span<const NamedWordSpelling> NamedWords();

// Degree adverbs of one token; two-token ones are IsDampeningPair's.
absl::Span<const std::string_view> IntensifyingWords();
absl::Span<const std::string_view> DampeningWords();

// Negations of one token; a token with "n't" in it negates as well.
absl::Span<const std::string_view> NegatingWords();

// "just enough", "kind of", "sort of".
bool IsDampeningPair(NamedWord first, NamedWord second);

// A phrase that replaces the valence of the word it stands at.
struct Idiom {
  std::array<NamedWord, 3> words;
  size_t size;
  double valence;
};

// The idiom made of exactly these words, or nullptr.
const Idiom* FindIdiom(absl::Span<const NamedWord> words);

}  // namespace serin::model_server
