#include "models/corpus.h"

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hashing/stable_hash.h"

namespace serin::models {
namespace {

using model_server::Label;

constexpr double kLabelThreshold = 0.5;

std::optional<Label> ParseLabel(std::string_view field) {
  for (Label label : {Label::kNegative, Label::kNeutral, Label::kPositive}) {
    if (field == model_server::LabelName(label)) return label;
  }
  double rating = 0;
  const char* const end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, rating);
  if (error != std::errc() || stop != end) return std::nullopt;
  if (rating >= kLabelThreshold) return Label::kPositive;
  if (rating <= -kLabelThreshold) return Label::kNegative;
  return Label::kNeutral;
}

// domain TAB id TAB label or rating TAB text
std::optional<LabelledText> ParseRow(std::string_view row) {
  std::array<std::string_view, 3> fields;
  for (std::string_view& field : fields) {
    const size_t tab = row.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    field = row.substr(0, tab);
    row.remove_prefix(tab + 1);
  }
  const std::optional<Label> label = ParseLabel(fields[2]);
  if (!label || row.empty()) return std::nullopt;
  return LabelledText{std::string(fields[0]), *label, std::string(row)};
}

}  // namespace

bool IsForTesting(std::string_view text) { return StableHash(text) % 5 == 0; }

absl::StatusOr<std::vector<LabelledText>> ReadCorpus(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, " is missing; run models/prepare"));
  std::vector<LabelledText> rows;
  for (std::string line; std::getline(file, line);) {
    std::optional<LabelledText> row = ParseRow(line);
    if (!row) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", rows.size() + 1, ": expected domain, id, label or rating, text; got \"",
          line.substr(0, 60), "\""));
    }
    rows.push_back(*std::move(row));
  }
  return rows;
}

}  // namespace serin::models
