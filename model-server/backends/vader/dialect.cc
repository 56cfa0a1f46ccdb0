#include "model-server/backends/vader/dialect.h"

#include <algorithm>

namespace serin::model_server {
namespace {

using enum NamedWord;

constexpr Idiom kNltkIdioms[] = {
    {{kThe, kShit}, 2, 3},         {{kThe, kBomb}, 2, 3},          {{kBad, kAss}, 2, 1.5},
    {{kYeah, kRight}, 2, -2},      {{kCut, kThe, kMustard}, 3, 2}, {{kKiss, kOf, kDeath}, 3, -1.5},
    {{kHand, kTo, kMouth}, 3, -2},
};

// "badass" is left out: no span of tokens is a single word.
constexpr Idiom kVaderSentimentIdioms[] = {
    {{kThe, kShit}, 2, 3},     {{kThe, kBomb}, 2, 3},        {{kBad, kAss}, 2, 1.5},
    {{kBus, kStop}, 2, 0},     {{kYeah, kRight}, 2, -2},     {{kKiss, kOf, kDeath}, 3, -1.5},
    {{kTo, kDie, kFor}, 3, 3}, {{kBeating, kHeart}, 2, 3.5},
};

constexpr std::string_view kMoreIntensifying[] = {
    "considerable", "enormous", "exceptional", "extreme", "frackin", "fracking",   "fuckin",
    "fuggin",       "fugging",  "incredible",  "major",   "total",   "tremendous", "utter",
};

constexpr std::string_view kMoreDampening[] = {"marginal", "occasional", "scarce", "slight"};

constexpr Dialect kNltk = {.fewest_code_points = 2,
                           .strips_all_punctuation = false,
                           .describes_emojis = false,
                           .first_occurrence_decides = true,
                           .names_in_lower_case_only = true,
                           .but_finds_words_by_valence = false,
                           .no_negates = false,
                           .without_doubt_affirms = false,
                           .never_second = 1.5,
                           .idioms = kNltkIdioms,
                           .more_intensifying = {},
                           .more_dampening = {}};

constexpr Dialect kVaderSentiment = {.fewest_code_points = 1,
                                     .strips_all_punctuation = true,
                                     .describes_emojis = true,
                                     .first_occurrence_decides = false,
                                     .names_in_lower_case_only = false,
                                     .but_finds_words_by_valence = true,
                                     .no_negates = true,
                                     .without_doubt_affirms = true,
                                     .never_second = 1.25,
                                     .idioms = kVaderSentimentIdioms,
                                     .more_intensifying = kMoreIntensifying,
                                     .more_dampening = kMoreDampening};

}  // namespace

const Idiom* Dialect::FindIdiom(absl::Span<const NamedWord> words) const {
  const auto* found = std::find_if(idioms.begin(), idioms.end(), [words](const Idiom& idiom) {
    return std::equal(words.begin(), words.end(), idiom.words.begin(),
                      idiom.words.begin() + idiom.size);
  });
  return found == idioms.end() ? nullptr : found;
}

const Dialect& NltkDialect() { return kNltk; }
const Dialect& VaderSentimentDialect() { return kVaderSentiment; }

}  // namespace serin::model_server
