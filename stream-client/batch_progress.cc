#include "stream-client/batch_progress.h"

#include <algorithm>
#include <utility>
#include <variant>

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

// The first offset of each partition, and one past the last.
std::pair<Offsets, Offsets> RangesOf(const Batch& batch) {
  Offsets first;
  Offsets end;
  for (const BatchItem& item : batch.items) {
    const std::string topic(item.record.topic);
    first[topic].try_emplace(item.record.partition, item.record.offset);
    end[topic][item.record.partition] = item.record.offset + 1;
  }
  return {first, end};
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
  const auto [first, end] = RangesOf(batch);
  const std::string rates = absl::StrFormat(
      "\"numInputRows\":%d,\"inputRowsPerSecond\":%.1f,\"processedRowsPerSecond\":%.1f",
      batch.items.size(), input_rate, rate);
  return absl::StrCat(
      "{\"name\":", JsonQuote(name_), ",\"timestamp\":\"",
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", batch.opened_at, absl::UTCTimeZone()),
      "\",\"batchId\":", batch.id, ",", rates, ",\"durationMs\":{\"latestOffset\":0,\"getBatch\":",
      Milliseconds(batch.opened_at, batch.sent_at),
      ",\"predict\":", Milliseconds(batch.sent_at, batch.scored_at),
      ",\"produce\":", Milliseconds(batch.scored_at, now), ",\"commitOffsets\":0",
      ",\"triggerExecution\":", Milliseconds(batch.opened_at, now),
      "},\"sources\":[{\"description\":\"KafkaV2\",\"startOffset\":", ToJson(first),
      ",\"endOffset\":", ToJson(end), ",", rates,
      "}],\"sink\":{\"description\":", JsonQuote(absl::StrCat("Kafka[", sink_, "]")),
      ",\"numOutputRows\":", results, "}}");
}

}  // namespace serin::stream
