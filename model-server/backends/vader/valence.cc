#include "model-server/backends/vader/valence.h"

#include <algorithm>
#include <array>

#include "absl/types/span.h"

#include "model-server/backends/vader/vader_constants.h"
#include "model-server/backends/vader/word_tables.h"

namespace serin::model_server {
namespace {

bool Negates(const Token& token) { return token.word->negates || token.has_nt; }

bool IsSoOrThis(NamedWord name) { return name == NamedWord::kSo || name == NamedWord::kThis; }

// The valence of the word at `index` where "no" is a negation rather than a word of the lexicon.
double WithNo(double valence, absl::Span<const Token> tokens, size_t index) {
  const auto name_before = [&](size_t distance) {
    return distance > index ? NamedWord::kNone : tokens[index - distance].word->name;
  };
  const bool after_or = name_before(1) == NamedWord::kOr || name_before(1) == NamedWord::kNor;
  if (name_before(1) == NamedWord::kNo || name_before(2) == NamedWord::kNo ||
      (name_before(3) == NamedWord::kNo && after_or)) {
    return valence * kNegation;
  }
  const bool negates_next = name_before(0) == NamedWord::kNo && index + 1 < tokens.size() &&
                            tokens[index + 1].word->in_lexicon;
  return negates_next ? 0 : valence;
}

double Emphasized(double valence, const Token& token, bool mixed_capitals) {
  if (!token.in_capitals || !mixed_capitals) return valence;
  return valence > 0 ? valence + kCapitals : valence - kCapitals;
}

// What the degree adverb `token` adds to a valence `distance` tokens after it (1 to 3).
double Modifier(const Token& token, size_t distance, double valence, bool mixed_capitals) {
  double modifier = token.word->modifier;
  if (modifier == 0) return 0;
  if (valence < 0) modifier = -modifier;
  if (token.in_capitals && mixed_capitals) modifier += valence > 0 ? kCapitals : -kCapitals;
  if (distance == 2) return modifier * kSecondDamping;
  if (distance == 3) return modifier * kThirdDamping;
  return modifier;
}

// The factor of the negation rules for the token `distance` before `word`.
double NegationFactor(const Token* word, size_t distance, const Dialect& dialect) {
  if (distance == 1) return Negates(word[-1]) ? kNegation : 1;
  const NamedWord first = (word - distance)->NameIn(dialect);
  const NamedWord second = (word - distance + 1)->NameIn(dialect);
  const NamedWord last = word[-1].NameIn(dialect);
  const bool never_so = first == NamedWord::kNever && IsSoOrThis(second);
  if (distance == 2 && never_so) return dialect.never_second;
  // The originals' grouping: "so" or "this" next to the word suffices without any "never".
  if (distance == 3 && (never_so || IsSoOrThis(last))) return kNeverThird;
  if (dialect.without_doubt_affirms && first == NamedWord::kWithout &&
      (second == NamedWord::kDoubt || last == NamedWord::kDoubt)) {
    return 1;
  }
  return Negates(*(word - distance)) ? kNegation : 1;
}

// The spans, relative to the word, in which an idiom may stand that ends at or before it.
struct IdiomSpan {
  int first;
  size_t size;
};
constexpr IdiomSpan kIdiomsBehind[] = {{-1, 2}, {-2, 3}, {-2, 2}, {-3, 3}, {-3, 2}};

// Idioms around tokens[index], which has three tokens before it.
double WithIdioms(double valence, absl::Span<const Token> tokens, size_t index,
                  const Dialect& dialect) {
  constexpr size_t kBehind = 3;
  std::array<NamedWord, kBehind + 3> names{};
  const size_t known = std::min(tokens.size() - index + kBehind, names.size());
  for (size_t i = 0; i < known; ++i) {
    names[i] = tokens[index - kBehind + i].NameIn(dialect);
  }
  const auto is_named = [](NamedWord name) { return name != NamedWord::kNone; };
  if (std::count_if(names.begin(), names.end(), is_named) < 2) return valence;
  const absl::Span<const NamedWord> around(names);
  for (const auto& [first, size] : kIdiomsBehind) {
    if (const Idiom* idiom = dialect.FindIdiom(around.subspan(kBehind + first, size))) {
      valence = idiom->valence;
      break;
    }
  }
  for (size_t size : {2, 3}) {
    if (const Idiom* idiom = dialect.FindIdiom(around.subspan(kBehind, size))) {
      valence = idiom->valence;
    }
  }
  if (IsDampeningPair(names[0], names[1]) || IsDampeningPair(names[1], names[2])) {
    valence -= kIncrement;
  }
  return valence;
}

double WithLeast(double valence, absl::Span<const Token> tokens, size_t index) {
  if (index == 0) return valence;
  const Word& before = *tokens[index - 1].word;
  if (before.in_lexicon || before.name != NamedWord::kLeast) return valence;
  if (index > 1) {
    const NamedWord second = tokens[index - 2].word->name;
    if (second == NamedWord::kAt || second == NamedWord::kVery) return valence;
  }
  return valence * kNegation;
}

bool IsKindOf(absl::Span<const Token> tokens, size_t index) {
  return tokens[index].word->name == NamedWord::kKind && index + 1 < tokens.size() &&
         tokens[index + 1].word->name == NamedWord::kOf;
}

}  // namespace

double ValenceAt(const TokenizedText& text, size_t index, const Dialect& dialect) {
  const absl::Span<const Token> tokens = text.tokens;
  const Token& token = tokens[index];
  if (!token.word->in_lexicon || token.word->IsDegreeAdverb() || IsKindOf(tokens, index)) return 0;
  double valence = token.word->valence;
  if (dialect.no_negates) valence = WithNo(valence, tokens, index);
  valence = Emphasized(valence, token, text.mixed_capitals);
  for (size_t distance = 1; distance <= std::min<size_t>(3, index); ++distance) {
    const Token& before = tokens[index - distance];
    if (before.word->in_lexicon) continue;
    valence += Modifier(before, distance, valence, text.mixed_capitals);
    valence *= NegationFactor(&token, distance, dialect);
    if (distance == 3) valence = WithIdioms(valence, tokens, index, dialect);
  }
  return WithLeast(valence, tokens, index);
}

}  // namespace serin::model_server
