#include "stream-client/run_progress.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace serin::stream {
namespace {

constexpr int kBarWidth = 24;
// Of a new rate in the smoothed one.
constexpr double kSmoothing = 0.3;
// Back to the line's begin, and clear it.
constexpr char kOverwrite[] = "\r\x1b[K";

std::string Bar(uint64_t finished, int64_t lag) {
  const double all = static_cast<double>(finished) + static_cast<double>(lag);
  const double share = all > 0 ? static_cast<double>(finished) / all : 1;
  const auto filled = static_cast<size_t>(share * kBarWidth);
  return absl::StrFormat("[%s%s] %3.0f%%  ", std::string(filled, '='),
                         std::string(kBarWidth - filled, ' '), std::floor(share * 100));
}

std::string TimeLeft(int64_t lag, double rate) {
  if (lag == 0) return "0s";
  if (rate < 1) return "unknown";
  return absl::FormatDuration(absl::Seconds(std::ceil(static_cast<double>(lag) / rate)));
}

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

std::string RunProgress::TerminalLine(const PipelineTotals& totals, std::optional<int64_t> lag,
                                      absl::Time now) {
  const double rate = Rate(totals.finished() - last_finished_, now - last_);
  rate_ = rate_ == 0 ? rate : kSmoothing * rate + (1 - kSmoothing) * rate_;
  last_finished_ = totals.finished();
  last_ = now;
  const std::string counts = absl::StrFormat("%d records, %.0f/s, %d dead letters",
                                             totals.finished(), rate_, totals.dead_lettered);
  if (!lag.has_value()) return absl::StrCat(kOverwrite, counts, ", lag not known yet");
  return absl::StrCat(kOverwrite, Bar(totals.finished(), *lag), counts, ", lag ", *lag,
                      ", time left ", TimeLeft(*lag, rate_));
}

}  // namespace serin::stream
