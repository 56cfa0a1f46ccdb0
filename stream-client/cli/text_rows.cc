#include "stream-client/cli/text_rows.h"

#include <cstdint>

#include "absl/random/uniform_int_distribution.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/http/json_quote.h"

namespace serin::stream {
namespace {

std::string ToMessage(std::string_view text) {
  return absl::StrCat("{\"data\": ", JsonQuote(text), "}");
}

}  // namespace

std::optional<RowFormat> ParseRowFormat(std::string_view name) {
  if (name == "lines") return RowFormat::kLines;
  if (name == "json") return RowFormat::kJson;
  if (name == "key-value") return RowFormat::kKeyValue;
  if (name == "key-text") return RowFormat::kKeyText;
  return std::nullopt;
}

std::string RandomUuid(absl::BitGenRef random) {
  absl::uniform_int_distribution<uint64_t> any;
  const uint64_t high = (any(random) & ~uint64_t{0xF000}) | 0x4000;
  const uint64_t low = (any(random) & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
  const std::string digits =
      absl::StrCat(absl::Hex(high, absl::kZeroPad16), absl::Hex(low, absl::kZeroPad16));
  return absl::StrCat(digits.substr(0, 8), "-", digits.substr(8, 4), "-", digits.substr(12, 4), "-",
                      digits.substr(16, 4), "-", digits.substr(20));
}

absl::StatusOr<std::optional<Row>> ReadRow(std::string_view line, RowFormat format,
                                           absl::BitGenRef random) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty()) return std::nullopt;
  if (format == RowFormat::kLines) return Row{RandomUuid(random), ToMessage(line)};
  if (format == RowFormat::kJson) return Row{RandomUuid(random), std::string(line)};
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected key<TAB>value, got ", line.size(), " bytes without a tab"));
  }
  const std::string_view value = line.substr(tab + 1);
  return Row{std::string(line.substr(0, tab)),
             format == RowFormat::kKeyText ? ToMessage(value) : std::string(value)};
}

}  // namespace serin::stream
