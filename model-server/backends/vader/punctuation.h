#pragma once

#include <cstdint>
#include <string_view>

namespace serin::model_server {

// Python's string.punctuation: the 32 printable ASCII characters that are no letter or digit.
constexpr bool IsAsciiPunctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

// Whether `run` is one of the runs VADER strips.
constexpr bool IsStrippedRun(std::string_view run) {
  switch (run.size()) {
    case 1:
      return std::string_view(".!?,;:-'\"").find(run[0]) != std::string_view::npos;
    case 2:
      return run == "!!" || run == "??";
    case 3:
      return run == "!!!" || run == "???" || run == "?!?" || run == "!?!";
    case 4:
      return run == "?!?!" || run == "!?!?";
    default:
      return false;
  }
}

// NLTK's rule: `token` without the run of punctuation at its front or at its end, if that run is
// all the punctuation it has (`punctuation` characters), is one that VADER lists (one of .!?,;:-'"
// or an emphasis of up to four ! and ?), and leaves at least two of its `code_points`. Else
// `token`.
inline std::string_view StripPunctuation(std::string_view token, uint32_t punctuation,
                                         size_t code_points) {
  constexpr size_t kLongestRun = 4;
  if (punctuation > kLongestRun || code_points < punctuation + 2) return token;
  const size_t rest = token.size() - punctuation;
  if (IsStrippedRun(token.substr(0, punctuation))) return token.substr(punctuation);
  if (IsStrippedRun(token.substr(rest))) return token.substr(0, rest);
  return token;
}

// vaderSentiment's rule: `token` without any punctuation at its front and its end, if more than two
// of its `code_points` are left. Else `token`, which may be an emoticon.
inline std::string_view StripAllPunctuation(std::string_view token, size_t code_points) {
  std::string_view rest = token;
  while (!rest.empty() && IsAsciiPunctuation(rest.front())) rest.remove_prefix(1);
  while (!rest.empty() && IsAsciiPunctuation(rest.back())) rest.remove_suffix(1);
  const size_t left = code_points - (token.size() - rest.size());
  return left <= 2 ? token : rest;
}

}  // namespace serin::model_server
