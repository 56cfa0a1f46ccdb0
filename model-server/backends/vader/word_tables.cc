#include "model-server/backends/vader/word_tables.h"

namespace serin::model_server {
namespace {

using enum NamedWord;

constexpr NamedWordSpelling kNamedWords[] = {
    {"ass", kAss},         {"at", kAt},       {"bad", kBad},     {"beating", kBeating},
    {"bomb", kBomb},       {"bus", kBus},     {"but", kBut},     {"cut", kCut},
    {"death", kDeath},     {"die", kDie},     {"doubt", kDoubt}, {"enough", kEnough},
    {"for", kFor},         {"hand", kHand},   {"heart", kHeart}, {"just", kJust},
    {"kind", kKind},       {"kiss", kKiss},   {"least", kLeast}, {"mouth", kMouth},
    {"mustard", kMustard}, {"never", kNever}, {"no", kNo},       {"nor", kNor},
    {"of", kOf},           {"or", kOr},       {"right", kRight}, {"shit", kShit},
    {"so", kSo},           {"sort", kSort},   {"stop", kStop},   {"the", kThe},
    {"this", kThis},       {"to", kTo},       {"very", kVery},   {"without", kWithout},
    {"yeah", kYeah},
};

constexpr std::string_view kIntensifying[] = {
    "absolutely",   "amazingly",     "awfully",    "completely", "considerably", "decidedly",
    "deeply",       "effing",        "enormously", "entirely",   "especially",   "exceptionally",
    "extremely",    "fabulously",    "flippin",    "flipping",   "frickin",      "fricking",
    "friggin",      "frigging",      "fucking",    "fully",      "greatly",      "hella",
    "highly",       "hugely",        "incredibly", "intensely",  "majorly",      "more",
    "most",         "particularly",  "purely",     "quite",      "really",       "remarkably",
    "so",           "substantially", "thoroughly", "totally",    "tremendously", "uber",
    "unbelievably", "unusually",     "utterly",    "very",
};

constexpr std::string_view kDampening[] = {
    "almost",   "barely",   "hardly",     "kind-of",      "kinda",  "kindof",
    "less",     "little",   "marginally", "occasionally", "partly", "scarcely",
    "slightly", "somewhat", "sort-of",    "sorta",        "sortof",
};

constexpr std::string_view kNegating[] = {
    "ain't",    "aint",     "aren't",   "arent",   "can't",   "cannot", "cant",      "couldn't",
    "couldnt",  "daren't",  "darent",   "despite", "didn't",  "didnt",  "doesn't",   "doesnt",
    "don't",    "dont",     "hadn't",   "hadnt",   "hasn't",  "hasnt",  "haven't",   "havent",
    "isn't",    "isnt",     "mightn't", "mightnt", "mustn't", "mustnt", "needn't",   "neednt",
    "neither",  "never",    "none",     "nope",    "nor",     "not",    "nothing",   "nowhere",
    "oughtn't", "oughtnt",  "rarely",   "seldom",  "shan't",  "shant",  "shouldn't", "shouldnt",
    "uh-uh",    "uhuh",     "wasn't",   "wasnt",   "weren't", "werent", "without",   "won't",
    "wont",     "wouldn't", "wouldnt",
};

}  // namespace

absl::Span<const NamedWordSpelling> NamedWords() { return kNamedWords; }
absl::Span<const std::string_view> IntensifyingWords() { return kIntensifying; }
absl::Span<const std::string_view> DampeningWords() { return kDampening; }
absl::Span<const std::string_view> NegatingWords() { return kNegating; }

bool IsDampeningPair(NamedWord first, NamedWord second) {
  return (first == kJust && second == kEnough) || (first == kKind && second == kOf) ||
         (first == kSort && second == kOf);
}

}  // namespace serin::model_server
