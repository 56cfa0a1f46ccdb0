#include "stream-client/kafka/partition_starts.h"

#include <string>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "common/time/milliseconds.h"

namespace serin::stream {
namespace {

// How long an assignment waits for what passes by itself: a broker that is away, or offsets in the
// open transaction of a member that has died (transaction.timeout.ms is a minute). Less than
// max.poll.interval.ms.
constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr absl::Duration kPause = absl::Milliseconds(200);

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

absl::Status LookUpTime(rd_kafka_t* consumer, const StartPosition& start, NoTimestampMatch no_match,
                        absl::Duration timeout, PartitionOffset& found) {
  KafkaPartitions list = NewPartitionList({{found.partition, absl::ToUnixMillis(start.timestamp)}});
  SERIN_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_offsets_for_times(consumer, list.get(), ToMilliseconds(timeout)), "offset by time"));
  SERIN_RETURN_IF_ERROR(KafkaStatus(list->elems[0].err, "offset by time"));
  found.next_offset = list->elems[0].offset;
  if (found.next_offset >= 0) return absl::OkStatus();
  if (no_match == NoTimestampMatch::kError) {
    return absl::FailedPreconditionError(absl::StrCat(
        found.partition.topic, "/", found.partition.partition, ": no record is as late as ",
        absl::FormatTime(start.timestamp, absl::UTCTimeZone())));
  }
  found.next_offset = RD_KAFKA_OFFSET_END;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FindTopics(rd_kafka_t* client,
                                                    const TopicSelection& topics,
                                                    absl::Duration timeout) {
  if (!topics.HasPatterns()) return topics.parts();
  SERIN_ASSIGN_OR_RETURN(std::vector<std::string> names, TopicNames(client, timeout));
  std::erase_if(names, [&](const std::string& name) { return !topics.Matches(name); });
  if (names.empty()) return absl::NotFoundError("no topic matches the pattern");
  return names;
}

}  // namespace

absl::StatusOr<std::vector<TopicPartition>> FindPartitions(rd_kafka_t* client,
                                                           const TopicSelection& topics,
                                                           absl::Duration timeout) {
  SERIN_ASSIGN_OR_RETURN(const std::vector<std::string> names, FindTopics(client, topics, timeout));
  std::vector<TopicPartition> partitions;
  for (const std::string& topic : names) {
    SERIN_ASSIGN_OR_RETURN(const int32_t count, PartitionCount(client, topic, timeout));
    for (int32_t i = 0; i < count; ++i) partitions.push_back({topic, i});
  }
  return partitions;
}

absl::StatusOr<std::vector<PartitionOffset>> FindStarts(
    rd_kafka_t* consumer, const std::vector<TopicPartition>& partitions, const StartPosition& start,
    NoTimestampMatch no_match, absl::Duration timeout) {
  SERIN_ASSIGN_OR_RETURN(std::vector<PartitionOffset> starts,
                         CommittedOffsets(consumer, partitions, timeout));
  for (PartitionOffset& found : starts) {
    if (found.next_offset >= 0) continue;
    if (start.kind == StartPosition::Kind::kCommitted) {
      return absl::FailedPreconditionError(absl::StrCat("the group has committed nothing for ",
                                                        found.partition.topic, "/",
                                                        found.partition.partition));
    }
    if (start.kind == StartPosition::Kind::kTimestamp) {
      SERIN_RETURN_IF_ERROR(LookUpTime(consumer, start, no_match, timeout, found));
    } else if (auto listed = start.offsets.find(found.partition); listed != start.offsets.end()) {
      found.next_offset = listed->second;
    }
  }
  return starts;
}

namespace {

// One attempt at ApplyStarts.
absl::StatusOr<std::vector<PartitionOffset>> TryStarts(
    rd_kafka_t* consumer, const StartPosition& start, NoTimestampMatch no_match,
    const std::set<TopicPartition>& existing, absl::Duration timeout,
    rd_kafka_topic_partition_list_t& partitions) {
  SERIN_ASSIGN_OR_RETURN(
      std::vector<PartitionOffset> found,
      FindStarts(consumer, ToTopicPartitions(partitions), start, no_match, timeout));
  std::vector<PartitionOffset> chosen;
  for (size_t i = 0; i < found.size(); ++i) {
    auto& [partition, next_offset] = found[i];
    if (start.kind == StartPosition::Kind::kLatest && next_offset < 0) {
      next_offset = 0;  // or the oldest that is kept: auto.offset.reset
      if (existing.contains(partition)) {
        SERIN_ASSIGN_OR_RETURN(
            const OffsetRange range,
            PartitionRange(consumer, partition.topic, partition.partition, timeout));
        next_offset = range.end;
      }
      chosen.push_back(found[i]);
    }
    partitions.elems[i].offset = next_offset;
  }
  return chosen;
}

}  // namespace

absl::StatusOr<std::vector<PartitionOffset>> ApplyStarts(
    rd_kafka_t* consumer, const StartPosition& start, NoTimestampMatch no_match,
    const std::set<TopicPartition>& existing, absl::Duration timeout,
    rd_kafka_topic_partition_list_t& partitions) {
  if (start.kind == StartPosition::Kind::kEarliest ||
      start.kind == StartPosition::Kind::kCommitted) {
    return std::vector<PartitionOffset>();
  }
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    auto chosen = TryStarts(consumer, start, no_match, existing, timeout, partitions);
    if (chosen.ok() || !IsPassing(chosen.status()) || absl::Now() >= deadline) return chosen;
    spdlog::warn("kafka: waiting for where to start: {}", std::string(chosen.status().message()));
    absl::SleepFor(kPause);
  }
}

int64_t StartWithin(const PartitionOffset& found, const StartPosition& start,
                    const OffsetRange& range) {
  const int64_t fallback = start.kind == StartPosition::Kind::kLatest ? range.end : range.first;
  if (found.next_offset == RD_KAFKA_OFFSET_END) return range.end;
  if (found.next_offset < 0) return fallback;
  if (found.next_offset >= range.first && found.next_offset <= range.end) return found.next_offset;
  spdlog::warn("kafka: {}/{} keeps offsets {} to {}; {} is outside, starting at {}",
               found.partition.topic, found.partition.partition, range.first, range.end,
               found.next_offset, range.first);
  return range.first;
}

}  // namespace serin::stream
