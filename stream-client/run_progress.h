#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "stream-client/pipeline/pipeline.h"

namespace serin::stream {

// What a run did, from its first record read to its end.
struct RunSummary {
  PipelineTotals totals;
  absl::Duration elapsed;

  std::string ToText() const;  // one line for people
  // One JSON object: records_in, records_out, dead_lettered, batches, seconds.
  std::string ToJson() const;
};

// Writes text to a file. Error: UNAVAILABLE naming the file.
absl::Status WriteFile(const std::string& path, const std::string& text);

// Says now and then how a run is getting on. Not thread-safe.
class RunProgress {
 public:
  explicit RunProgress(absl::Duration interval = absl::Seconds(2)) : interval_(interval) {}

  void Start(absl::Time now);
  bool IsDue(absl::Time now) const { return now >= next_; }
  // A line with the totals, the rate since the last line, and the lag where it is known.
  std::string Line(const PipelineTotals& totals, std::optional<int64_t> lag, absl::Time now);

  // What takes the place of the last such line on a terminal: a bar where the lag is known, the
  // records done, the rate since the last line (smoothed), the lag, and the time left at that rate.
  std::string TerminalLine(const PipelineTotals& totals, std::optional<int64_t> lag,
                           absl::Time now);

  absl::Time started() const { return started_; }

 private:
  const absl::Duration interval_;
  absl::Time started_ = absl::InfiniteFuture();
  absl::Time next_ = absl::InfiniteFuture();
  absl::Time last_;
  uint64_t last_finished_ = 0;
  double rate_ = 0;  // smoothed, of terminal lines
};

}  // namespace serin::stream
