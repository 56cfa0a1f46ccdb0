#include "stream-client/kafka/partition_starts.h"

#include <string>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin::stream {
namespace {

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

absl::Status LookUpTime(rd_kafka_t* consumer, const StartPosition& start, NoTimestampMatch no_match,
                        absl::Duration timeout, PartitionOffset& found) {
  KafkaPartitions list = NewPartitionList({{found.partition, absl::ToUnixMillis(start.timestamp)}});
  SERIN_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_offsets_for_times(consumer, list.get(), Milliseconds(timeout)), "offset by time"));
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

absl::StatusOr<std::vector<PartitionOffset>> ApplyStarts(
    rd_kafka_t* consumer, const StartPosition& start, NoTimestampMatch no_match,
    const std::set<TopicPartition>& existing, absl::Duration timeout,
    rd_kafka_topic_partition_list_t& partitions) {
  std::vector<PartitionOffset> at_end;
  if (start.kind == StartPosition::Kind::kEarliest ||
      start.kind == StartPosition::Kind::kCommitted) {
    return at_end;
  }
  SERIN_ASSIGN_OR_RETURN(
      std::vector<PartitionOffset> found,
      FindStarts(consumer, ToTopicPartitions(partitions), start, no_match, timeout));
  for (size_t i = 0; i < found.size(); ++i) {
    auto& [partition, next_offset] = found[i];
    const bool latest = start.kind == StartPosition::Kind::kLatest && next_offset < 0;
    if (latest && !existing.contains(partition)) {
      next_offset = RD_KAFKA_OFFSET_BEGINNING;
    } else if (latest) {
      SERIN_ASSIGN_OR_RETURN(const OffsetRange range, PartitionRange(consumer, partition.topic,
                                                                     partition.partition, timeout));
      next_offset = range.end;
      at_end.push_back(found[i]);
    }
    partitions.elems[i].offset = next_offset;
  }
  return at_end;
}

int64_t StartWithin(const PartitionOffset& found, const StartPosition& start,
                    const OffsetRange& range) {
  const int64_t fallback = start.kind == StartPosition::Kind::kLatest ? range.end : range.first;
  if (found.next_offset == RD_KAFKA_OFFSET_END) return range.end;
  if (found.next_offset < 0) return fallback;
  if (found.next_offset >= range.first && found.next_offset <= range.end) return found.next_offset;
  spdlog::warn("kafka: {}/{} keeps offsets {} to {}; {} is outside, starting at {}",
               found.partition.topic, found.partition.partition, range.first, range.end,
               found.next_offset, fallback);
  return fallback;
}

}  // namespace serin::stream
