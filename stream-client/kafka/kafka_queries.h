#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

KafkaPartitions NewPartitionList(const std::vector<PartitionOffset>& offsets);
std::vector<TopicPartition> ToTopicPartitions(const rd_kafka_topic_partition_list_t& list);
// As "topic/partition, ...", or "none".
std::string Describe(const rd_kafka_topic_partition_list_t& partitions);

// Questions to the cluster. They block for at most `timeout`; errors are NOT_FOUND when the topic
// does not exist and otherwise those of KafkaStatus.

// The number of partitions.
absl::StatusOr<int32_t> PartitionCount(rd_kafka_t* client, const std::string& topic,
                                       absl::Duration timeout);

// The names of all topics.
absl::StatusOr<std::vector<std::string>> TopicNames(rd_kafka_t* client, absl::Duration timeout);

// What the consumer's group has committed for each partition, RD_KAFKA_OFFSET_INVALID where
// nothing.
absl::StatusOr<std::vector<PartitionOffset>> CommittedOffsets(
    rd_kafka_t* consumer, const std::vector<TopicPartition>& partitions, absl::Duration timeout);

struct OffsetRange {
  int64_t first = 0;  // of the oldest record that is kept
  int64_t end = 0;    // of the next record to come
};
absl::StatusOr<OffsetRange> PartitionRange(rd_kafka_t* client, const std::string& topic,
                                           int32_t partition, absl::Duration timeout);

}  // namespace serin::stream
