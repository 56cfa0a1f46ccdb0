#pragma once

#include <memory>
#include <vector>

#include "stream-client/kafka/handles.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

using KafkaMessage =
    std::unique_ptr<rd_kafka_message_t, KafkaDeleter<rd_kafka_message_t, rd_kafka_message_destroy>>;

// The record in a message that was read; its views point into the message, which it owns.
Record ToRecord(KafkaMessage message);

// The headers of a record to send; null when there are none.
KafkaHeaders CopyHeaders(const std::vector<RecordHeader>& headers);

}  // namespace serin::stream
