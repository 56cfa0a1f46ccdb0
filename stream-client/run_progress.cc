#include "stream-client/run_progress.h"

#include <algorithm>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace serin::stream {
namespace {

double Rate(uint64_t records, absl::Duration elapsed) {
  return static_cast<double>(records) / std::max(absl::ToDoubleSeconds(elapsed), 1e-3);
}

}  // namespace

std::string RunSummary::ToText() const {
  return absl::StrFormat(
      "%d records in, %d results, %d dead letters, %d batches in %.1f s (%.0f records/s)",
      totals.records_in, totals.scored, totals.dead_lettered, totals.batches,
      absl::ToDoubleSeconds(elapsed), Rate(totals.finished(), elapsed));
}

std::string RunSummary::ToJson() const {
  return absl::StrFormat(
      "{\"records_in\": %d, \"records_out\": %d, \"dead_lettered\": %d, \"batches\": %d, "
      "\"seconds\": %.3f}\n",
      totals.records_in, totals.scored, totals.dead_lettered, totals.batches,
      absl::ToDoubleSeconds(elapsed));
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text << std::flush;
  if (!file) return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
  return absl::OkStatus();
}

void RunProgress::Start(absl::Time now) {
  started_ = last_ = now;
  next_ = now + interval_;
}

std::string RunProgress::Line(const PipelineTotals& totals, std::optional<int64_t> lag,
                              absl::Time now) {
  std::string line =
      absl::StrFormat("%d records done (%.0f/s), %d dead letters, lag ", totals.finished(),
                      Rate(totals.finished() - last_finished_, now - last_), totals.dead_lettered);
  absl::StrAppend(&line, lag.has_value() ? absl::StrCat(*lag) : "not known yet");
  last_finished_ = totals.finished();
  last_ = now;
  next_ = now + interval_;
  return line;
}

}  // namespace serin::stream
