#include "stream-client/batch_progress.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/http/json_quote.h"

namespace serin::stream {
namespace {

using Offsets = std::map<std::string, std::map<int32_t, int64_t>>;

std::string ToJson(const Offsets& offsets) {
  std::string json = "{";
  for (const auto& [topic, partitions] : offsets) {
    absl::StrAppend(&json, json.size() > 1 ? "," : "", JsonQuote(topic), ":{");
    const char* comma = "";
    for (const auto& [partition, offset] : partitions) {
      absl::StrAppend(&json, std::exchange(comma, ","), "\"", partition, "\":", offset);
    }
    absl::StrAppend(&json, "}");
  }
  return json + "}";
}

struct Ranges {
  Offsets first;
  Offsets end;     // one past the last
  Offsets latest;  // where the partition ends; never in front of `end`
};

Ranges RangesOf(const Batch& batch, const BatchProgress::Ends& ends) {
  Ranges ranges;
  for (const BatchItem& item : batch.items) {
    const std::string topic(item.record.topic);
    ranges.first[topic].try_emplace(item.record.partition, item.record.offset);
    ranges.end[topic][item.record.partition] = item.record.offset + 1;
  }
  for (const auto& [topic, partitions] : ranges.end) {
    for (const auto& [partition, end] : partitions) {
      ranges.latest[topic][partition] = std::max(ends({topic, partition}).value_or(end), end);
    }
  }
  return ranges;
}

// How far the batch's partitions are behind their ends.
std::string BehindLatest(const Ranges& ranges) {
  std::vector<int64_t> behind;  // of a batch whose partitions have gone: none
  for (const auto& [topic, partitions] : ranges.latest) {
    for (const auto& [partition, latest] : partitions) {
      behind.push_back(latest - ranges.end.at(topic).at(partition));
    }
  }
  if (behind.empty()) return "{}";
  const auto [min, max] = std::minmax_element(behind.begin(), behind.end());
  const double sum = std::accumulate(behind.begin(), behind.end(), 0.0);
  return absl::StrFormat(
      "{\"avgOffsetsBehindLatest\":\"%.1f\",\"maxOffsetsBehindLatest\":\"%d\","
      "\"minOffsetsBehindLatest\":\"%d\"}",
      sum / static_cast<double>(behind.size()), *max, *min);
}

int64_t Milliseconds(absl::Time from, absl::Time to) {
  return absl::ToInt64Milliseconds(std::max(to - from, absl::ZeroDuration()));
}

}  // namespace

void BatchProgress::OnBatchDone(const Batch& batch, absl::Time now) {
  out_ << Line(batch, now) << std::endl;
  last_done_ = now;
  next_.OnBatchDone(batch, now);
}

std::string BatchProgress::Line(const Batch& batch, absl::Time now) const {
  const auto rows = static_cast<double>(batch.items.size());
  const absl::Time since = std::max(last_done_, batch.opened_at);
  const double input_rate = rows / std::max(absl::ToDoubleSeconds(now - since), 1e-3);
  const double rate = rows / std::max(absl::ToDoubleSeconds(now - batch.opened_at), 1e-3);
  const auto results = std::count_if(
      batch.items.begin(), batch.items.end(),
      [](const BatchItem& item) { return std::holds_alternative<Score>(item.outcome); });
  const std::string rates = absl::StrFormat(
      "\"numInputRows\":%d,\"inputRowsPerSecond\":%.1f,\"processedRowsPerSecond\":%.1f",
      batch.items.size(), input_rate, rate);
  return absl::StrCat(
      "{\"name\":", JsonQuote(names_.query), ",\"timestamp\":\"",
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", batch.opened_at, absl::UTCTimeZone()),
      "\",\"batchId\":", batch.id, ",", rates, ",\"durationMs\":{\"latestOffset\":0,\"getBatch\":",
      Milliseconds(batch.opened_at, batch.sent_at),
      ",\"predict\":", Milliseconds(batch.sent_at, batch.scored_at),
      ",\"produce\":", Milliseconds(batch.scored_at, now), ",\"commitOffsets\":0",
      ",\"triggerExecution\":", Milliseconds(batch.opened_at, now), "},\"sources\":[",
      Source(batch, rates),
      "],\"sink\":{\"description\":", JsonQuote(absl::StrCat("Kafka[", names_.sink, "]")),
      ",\"numOutputRows\":", results, "}}");
}

std::string BatchProgress::Source(const Batch& batch, const std::string& rates) const {
  const Ranges ranges = RangesOf(batch, ends_);
  return absl::StrCat(
      "{\"description\":", JsonQuote(names_.source), ",\"startOffset\":", ToJson(ranges.first),
      ",\"endOffset\":", ToJson(ranges.end), ",\"latestOffset\":", ToJson(ranges.latest), ",",
      rates, ",\"metrics\":", BehindLatest(ranges), "}");
}

}  // namespace serin::stream
