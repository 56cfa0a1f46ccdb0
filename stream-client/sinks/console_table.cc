#include "stream-client/sinks/console_table.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace serin::stream {
namespace {

constexpr size_t kNarrowestColumn = 3;
constexpr size_t kLongestCell = 20;
constexpr std::string_view kEllipsis = "...";

struct Range {
  uint32_t first;
  uint32_t last;
};
// The ranges Spark counts as two columns wide.
constexpr Range kWideRanges[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},
                                 {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
                                 {0xFFE0, 0xFFE6}};

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The code point at the start of valid UTF-8; enough of it for the ranges above.
uint32_t CodePoint(std::string_view text) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  if (byte(0) < 0x80) return byte(0);
  if (byte(0) < 0xE0) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (byte(0) < 0xF0) return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return 0x10000;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsContinuation(text[i])) continue;
    const uint32_t point = CodePoint(text.substr(i));
    const bool wide = std::any_of(
        std::begin(kWideRanges), std::end(kWideRanges),
        [point](const Range& range) { return point >= range.first && point <= range.last; });
    width += wide ? 2 : 1;
  }
  return width;
}

std::string Cut(const std::string& cell) {
  size_t characters = 0;
  size_t cut_at = 0;
  for (size_t i = 0; i < cell.size(); ++i) {
    if (IsContinuation(cell[i])) continue;
    if (characters == kLongestCell - kEllipsis.size()) cut_at = i;
    if (++characters > kLongestCell) return cell.substr(0, cut_at) + std::string(kEllipsis);
  }
  return cell;
}

std::string FormatRow(const std::vector<std::string>& cells, const std::vector<size_t>& widths,
                      bool right) {
  std::string line = "|";
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - DisplayWidth(cells[i]), ' ');
    absl::StrAppend(&line, right ? padding : "", cells[i], right ? "" : padding, "|");
  }
  return line + "\n";
}

}  // namespace

std::string EscapeControls(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\r') {
      escaped += "\\r";
    } else if (c == '\t') {
      escaped += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppendFormat(&escaped, "\\x%02x", byte);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string FormatTable(const std::vector<std::string>& columns,
                        const std::vector<std::vector<std::string>>& rows,
                        const ConsoleTableOptions& options) {
  std::vector<std::vector<std::string>> lines = {columns};
  for (size_t i = 0; i < rows.size() && i < options.num_rows; ++i) {
    std::vector<std::string>& cells = lines.emplace_back();
    for (const std::string& cell : rows[i]) {
      cells.push_back(options.truncate ? Cut(EscapeControls(cell)) : EscapeControls(cell));
    }
  }
  std::vector<size_t> widths(columns.size(), kNarrowestColumn);
  for (const auto& cells : lines) {
    for (size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(cells[i]));
    }
  }
  std::string rule = "+";
  for (const size_t width : widths) absl::StrAppend(&rule, std::string(width, '-'), "+");
  std::string table =
      absl::StrCat(rule, "\n", FormatRow(columns, widths, options.truncate), rule, "\n");
  for (size_t i = 1; i < lines.size(); ++i) table += FormatRow(lines[i], widths, options.truncate);
  absl::StrAppend(&table, rule, "\n");
  if (rows.size() > options.num_rows) {
    absl::StrAppend(&table, "only showing top ", options.num_rows,
                    options.num_rows == 1 ? " row\n" : " rows\n");
  }
  return table;
}

}  // namespace serin::stream
