#include "model-server/backends/fasttext/text_features.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "model-server/backends/vader/punctuation.h"

namespace serin::model_server {
namespace {

bool IsSeparator(char c) { return absl::ascii_isspace(c) || absl::ascii_iscntrl(c); }

bool IsNameCharacter(char c) { return absl::ascii_isalnum(c) || c == '_'; }

bool StartsWithLink(std::string_view text) {
  return text.substr(0, 7) == "http://" || text.substr(0, 8) == "https://";
}

// How many leading bytes of `text` satisfy `predicate`.
template <typename Predicate>
size_t LengthWhile(std::string_view text, Predicate predicate) {
  size_t length = 0;
  while (length < text.size() && predicate(text[length])) ++length;
  return length;
}

// Appends the next token or part of one to `out` and returns how many bytes it stood for.
size_t AppendNext(std::string_view rest, std::string& out) {
  if (StartsWithLink(rest)) {
    out += " <url ";
    return LengthWhile(rest, [](char c) { return !IsSeparator(c); });
  }
  const char c = rest[0];
  if (c == '@') {
    const size_t name = LengthWhile(rest.substr(1), IsNameCharacter);
    out += name > 0 ? " <user " : " @ ";
    return 1 + name;
  }
  if (IsSeparator(c)) {
    out += ' ';
  } else if (IsAsciiPunctuation(c) && c != '\'') {
    out += {' ', c, ' '};
  } else {
    out += absl::ascii_tolower(c);
  }
  return 1;
}

bool IsWord(std::string_view token) {
  return absl::ascii_isalnum(token[0]) || static_cast<unsigned char>(token[0]) >= 0x80;
}

bool Negates(std::string_view token) {
  constexpr std::string_view kNegations[] = {"not",     "no",     "never", "without",
                                             "nothing", "hardly", "cannot"};
  constexpr std::string_view kShortNot = "n't";
  if (token.size() >= kShortNot.size() &&
      token.substr(token.size() - kShortNot.size()) == kShortNot) {
    return true;
  }
  return std::find(std::begin(kNegations), std::end(kNegations), token) != std::end(kNegations);
}

// Appends the tokens of `words`, each that a negation reaches a second time as "not_<token>".
void AppendWithNegations(std::string_view words, std::string& out) {
  constexpr int kReach = 3;
  int reached = 0;
  while (!words.empty()) {
    const std::string_view token = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(token.size() + 1, words.size()));
    if (token.empty()) continue;
    if (!IsWord(token)) reached = 0;
    out.append(token).push_back(' ');
    if (reached > 0) {
      out.append("not_").append(token).push_back(' ');
      --reached;
    }
    if (Negates(token)) reached = kReach;
  }
}

void AppendVaderTokens(const VaderScores& scores, std::string& out) {
  const auto compound = static_cast<int>(std::lround(scores.compound * 5));
  const auto positive = static_cast<int>(scores.pos * 10);
  const auto negative = static_cast<int>(scores.neg * 10);
  constexpr int kRepeats = 2;
  for (int i = 0; i < kRepeats; ++i) {
    absl::StrAppend(&out, " <compound", compound, " <pos", positive, " <neg", negative);
  }
}

}  // namespace

std::string NormalizedWords(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  while (!text.empty()) text.remove_prefix(AppendNext(text, out));
  return out;
}

std::string TextFeatures::LineOf(std::string_view text) const {
  std::string line;
  line.reserve(text.size() * 3 + 128);
  AppendWithNegations(NormalizedWords(text), line);
  AppendVaderTokens(scorer_.Score(text), line);
  line += '\n';
  return line;
}

}  // namespace serin::model_server
