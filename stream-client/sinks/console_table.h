#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace serin::stream {

// A table as Spark's Dataset.show prints it: columns at least three wide, cells aligned to the
// right when they are cut and to the left when not, wide (East Asian) characters counted as two
// columns, and `only showing top N rows` when there are more rows than `num_rows`.
struct ConsoleTableOptions {
  size_t num_rows = 20;
  bool truncate = true;  // cells longer than 20 characters end in "..."
};
std::string FormatTable(const std::vector<std::string>& columns,
                        const std::vector<std::vector<std::string>>& rows,
                        const ConsoleTableOptions& options);

// The text with control characters escaped, so that a record cannot draw on the terminal.
std::string EscapeControls(std::string_view text);

}  // namespace serin::stream
