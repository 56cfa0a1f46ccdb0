#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "stream-client/kafka/handles.h"

namespace serin::stream {

// A record to send. The bytes are copied.
struct OutgoingRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  KafkaHeaders headers;       // null: none
  int64_t timestamp_ms = -1;  // negative: now
  void* opaque = nullptr;     // comes back with the delivery report
};

// Puts a record into the producer's queue. RD_KAFKA_RESP_ERR__QUEUE_FULL: try again after serving
// delivery reports.
rd_kafka_resp_err_t ProduceRecord(rd_kafka_t* producer, rd_kafka_topic_t* topic,
                                  OutgoingRecord record);

}  // namespace serin::stream
