#pragma once

#include <memory>

#include <librdkafka/rdkafka.h>

namespace serin::stream {

// Owners of librdkafka's objects.
template <typename T, void (*Destroy)(T*)>
struct KafkaDeleter {
  void operator()(T* object) const { Destroy(object); }
};

using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaDeleter<rd_kafka_t, rd_kafka_destroy>>;
using KafkaConf =
    std::unique_ptr<rd_kafka_conf_t, KafkaDeleter<rd_kafka_conf_t, rd_kafka_conf_destroy>>;
using KafkaTopic =
    std::unique_ptr<rd_kafka_topic_t, KafkaDeleter<rd_kafka_topic_t, rd_kafka_topic_destroy>>;
using KafkaQueue =
    std::unique_ptr<rd_kafka_queue_t, KafkaDeleter<rd_kafka_queue_t, rd_kafka_queue_destroy>>;
using KafkaEvent =
    std::unique_ptr<rd_kafka_event_t, KafkaDeleter<rd_kafka_event_t, rd_kafka_event_destroy>>;
using KafkaHeaders =
    std::unique_ptr<rd_kafka_headers_t, KafkaDeleter<rd_kafka_headers_t, rd_kafka_headers_destroy>>;
using KafkaPartitions = std::unique_ptr<
    rd_kafka_topic_partition_list_t,
    KafkaDeleter<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>>;

struct KafkaMetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using KafkaMetadata = std::unique_ptr<const rd_kafka_metadata_t, KafkaMetadataDeleter>;

}  // namespace serin::stream
