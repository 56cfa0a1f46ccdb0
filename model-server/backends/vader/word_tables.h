#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

// The closed word lists of VADER (Hutto & Gilbert 2014, section 3.3 "rules") that its dialects
// share; what only one has is in dialect.h.
namespace serin::model_server {

// Words that rules or idioms ask for by name.
enum class NamedWord : uint8_t {
  kNone,
  kAss,
  kAt,
  kBad,
  kBeating,
  kBomb,
  kBus,
  kBut,
  kCut,
  kDeath,
  kDie,
  kDoubt,
  kEnough,
  kFor,
  kHand,
  kHeart,
  kJust,
  kKind,
  kKiss,
  kLeast,
  kMouth,
  kMustard,
  kNever,
  kNo,
  kNor,
  kOf,
  kOr,
  kRight,
  kShit,
  kSo,
  kSort,
  kStop,
  kThe,
  kThis,
  kTo,
  kVery,
  kWithout,
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

}  // namespace serin::model_server
