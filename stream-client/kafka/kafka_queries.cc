#include "stream-client/kafka/kafka_queries.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/milliseconds.h"

namespace serin::stream {
KafkaPartitions NewPartitionList(const std::vector<PartitionOffset>& offsets) {
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, next_offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = next_offset;
  }
  return list;
}

std::vector<TopicPartition> ToTopicPartitions(const rd_kafka_topic_partition_list_t& list) {
  std::vector<TopicPartition> partitions;
  for (int i = 0; i < list.cnt; ++i) {
    partitions.push_back({list.elems[i].topic, list.elems[i].partition});
  }
  return partitions;
}

std::string Describe(const rd_kafka_topic_partition_list_t& partitions) {
  std::string text;
  for (int i = 0; i < partitions.cnt; ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", partitions.elems[i].topic, "/",
                    partitions.elems[i].partition);
  }
  return text.empty() ? "none" : text;
}

absl::StatusOr<int32_t> PartitionCount(rd_kafka_t* client, const std::string& topic,
                                       absl::Duration timeout) {
  KafkaTopic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* answer = nullptr;
  SERIN_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_metadata(client, 0, handle.get(), &answer, ToMilliseconds(timeout)), "metadata"));
  KafkaMetadata metadata(answer);
  if (metadata->topic_cnt == 0) return absl::NotFoundError(absl::StrCat("topic ", topic));
  SERIN_RETURN_IF_ERROR(KafkaStatus(metadata->topics[0].err, absl::StrCat("topic ", topic)));
  return metadata->topics[0].partition_cnt;
}

absl::StatusOr<std::vector<std::string>> TopicNames(rd_kafka_t* client, absl::Duration timeout) {
  const rd_kafka_metadata_t* answer = nullptr;
  SERIN_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_metadata(client, 1, nullptr, &answer, ToMilliseconds(timeout)), "metadata"));
  KafkaMetadata metadata(answer);
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace_back(metadata->topics[i].topic);
  return names;
}

absl::StatusOr<std::vector<PartitionOffset>> CommittedOffsets(
    rd_kafka_t* consumer, const std::vector<TopicPartition>& partitions, absl::Duration timeout) {
  std::vector<PartitionOffset> committed;
  for (const TopicPartition& partition : partitions) {
    committed.push_back({partition, RD_KAFKA_OFFSET_INVALID});
  }
  KafkaPartitions list = NewPartitionList(committed);
  SERIN_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_committed(consumer, list.get(), ToMilliseconds(timeout)), "committed offsets"));
  for (int i = 0; i < list->cnt; ++i) {
    SERIN_RETURN_IF_ERROR(KafkaStatus(list->elems[i].err, "committed offsets"));
    committed[static_cast<size_t>(i)].next_offset = list->elems[i].offset;
  }
  return committed;
}

absl::StatusOr<OffsetRange> PartitionRange(rd_kafka_t* client, const std::string& topic,
                                           int32_t partition, absl::Duration timeout) {
  OffsetRange range;
  SERIN_RETURN_IF_ERROR(
      KafkaStatus(rd_kafka_query_watermark_offsets(client, topic.c_str(), partition, &range.first,
                                                   &range.end, ToMilliseconds(timeout)),
                  absl::StrCat("offsets of ", topic, "/", partition)));
  return range;
}

}  // namespace serin::stream
