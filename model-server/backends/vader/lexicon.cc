#include "model-server/backends/vader/lexicon.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace serin::model_server {
namespace {

absl::Status BadLine(size_t number, std::string_view line) {
  constexpr size_t kShown = 60;
  return absl::InvalidArgumentError(
      absl::StrCat("lexicon line ", number, ": expected <token> TAB <mean valence>, got \"",
                   absl::CHexEscape(std::string(line.substr(0, kShown))), "\""));
}

// Cuts `rest` after the next `separator` and returns what stood before it.
std::string_view TakeUntil(char separator, std::string_view& rest) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

std::string_view Stripped(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\v\f";
  const size_t begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) + 1 - begin);
}

std::optional<double> ParseValence(std::string_view field) {
  double valence = 0;
  const char* const end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, valence);
  if (error != std::errc() || stop != end || !std::isfinite(valence)) return std::nullopt;
  return valence;
}

}  // namespace

absl::StatusOr<std::vector<LexiconEntry>> ParseLexicon(std::string_view content) {
  std::vector<LexiconEntry> entries;
  for (size_t number = 1; !content.empty(); ++number) {
    const std::string_view line = Stripped(TakeUntil('\n', content));
    if (line.empty()) continue;
    std::string_view rest = line;
    const std::string_view token = TakeUntil('\t', rest);
    const std::optional<double> valence = ParseValence(Stripped(TakeUntil('\t', rest)));
    if (token.empty() || !valence) return BadLine(number, line);
    entries.push_back({std::string(token), *valence});
  }
  if (entries.empty()) {
    return absl::InvalidArgumentError("lexicon: expected at least one entry, got none");
  }
  return entries;
}

}  // namespace serin::model_server
