#pragma once

#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "stream-client/kafka/handles.h"
#include "stream-client/kafka/kafka_queries.h"
#include "stream-client/kafka/start_position.h"
#include "stream-client/kafka/topic_selection.h"

namespace serin::stream {

// All partitions of the topics, each question for at most `timeout`. NOT_FOUND: no such topic.
absl::StatusOr<std::vector<TopicPartition>> FindPartitions(rd_kafka_t* client,
                                                           const TopicSelection& topics,
                                                           absl::Duration timeout);

// What to do where no record is as late as the start's timestamp.
enum class NoTimestampMatch { kLatest, kError };

// Where to read each of the partitions from: the group's committed offset, else `start`. Partitions
// that start as auto.offset.reset has it get RD_KAFKA_OFFSET_INVALID. Asks the cluster, each time
// for at most `timeout`. Errors: FAILED_PRECONDITION where nothing is committed but must be, or no
// record is late enough; else KafkaStatus's.
absl::StatusOr<std::vector<PartitionOffset>> FindStarts(
    rd_kafka_t* consumer, const std::vector<TopicPartition>& partitions, const StartPosition& start,
    NoTimestampMatch no_match, absl::Duration timeout);

// Sets where each partition of an assignment starts, if auto.offset.reset does not say it, as
// FindStarts; with `latest` at its present end, but a partition that is not among `existing`, since
// it came later, at its beginning. Answers with those that start so: unless that is committed, a
// later start skips what came meanwhile. Asks again, for two minutes, while brokers do not answer
// or offsets stand in an open transaction.
absl::StatusOr<std::vector<PartitionOffset>> ApplyStarts(
    rd_kafka_t* consumer, const StartPosition& start, NoTimestampMatch no_match,
    const std::set<TopicPartition>& existing, absl::Duration timeout,
    rd_kafka_topic_partition_list_t& partitions);

// Where a partition that keeps `range` is read from: at what was found for it, when it is kept; at
// the beginning when it is not; when nothing was found at the end or the beginning, as `start`
// says.
int64_t StartWithin(const PartitionOffset& found, const StartPosition& start,
                    const OffsetRange& range);

}  // namespace serin::stream
