#include "router/revisions/kafka_topic.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/milliseconds.h"

namespace serin::router {
namespace {

absl::Status CheckPartitions(rd_kafka_t* client, const std::string& name, absl::Duration timeout) {
  const absl::Time limit = absl::Now() + timeout;
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(client, name.c_str(), nullptr);
  int partitions = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  while (partitions == 0 && absl::Now() < limit) {
    const rd_kafka_metadata_t* metadata = nullptr;
    error = rd_kafka_metadata(client, 0, topic, &metadata, ToMilliseconds(timeout));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (metadata->topic_cnt == 1) partitions = metadata->topics[0].partition_cnt;
      rd_kafka_metadata_destroy(metadata);
    }
    // A topic that was just made is not known everywhere at once.
    if (partitions == 0) absl::SleepFor(absl::Milliseconds(50));
  }
  rd_kafka_topic_destroy(topic);
  if (partitions == 1) return absl::OkStatus();
  if (partitions == 0) {
    return absl::UnavailableError(absl::StrCat("topic ", name, ": ", rd_kafka_err2str(error)));
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "topic ", name, ": expected 1 partition, as its order is the log's, got ", partitions));
}

}  // namespace

absl::Status EnsureOnePartitionTopic(rd_kafka_t* client, const std::string& name,
                                     absl::Duration timeout) {
  std::array<char, 512> fault{};
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name.c_str(), 1, -1, fault.data(), fault.size());
  if (topic == nullptr) return absl::InvalidArgumentError(fault.data());
  rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
  rd_kafka_NewTopic_set_config(topic, "retention.bytes", "-1");
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue);
  // It may exist, or be made by somebody else at this moment; the metadata tells.
  rd_kafka_event_t* const made = rd_kafka_queue_poll(queue, ToMilliseconds(timeout));
  if (made != nullptr) rd_kafka_event_destroy(made);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(topic);
  return CheckPartitions(client, name, timeout);
}

}  // namespace serin::router
