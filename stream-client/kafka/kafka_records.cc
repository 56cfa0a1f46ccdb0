#include "stream-client/kafka/kafka_records.h"

namespace serin::stream {
namespace {

std::optional<std::string_view> ToView(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

std::vector<RecordHeader> ToHeaders(const rd_kafka_message_t* message) {
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  std::vector<RecordHeader> headers;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.push_back({name, ToView(value, size)});
  }
  return headers;
}

}  // namespace

Record ToRecord(KafkaMessage message) {
  Record record;
  record.topic = rd_kafka_topic_name(message->rkt);
  record.partition = message->partition;
  record.offset = message->offset;
  record.key = ToView(message->key, message->key_len);
  record.value = ToView(message->payload, message->len);
  record.headers = ToHeaders(message.get());
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp_ms = rd_kafka_message_timestamp(message.get(), &type);
  record.owner = Record::Owner(message.release(), [](void* owned) {
    rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(owned));
  });
  return record;
}

KafkaHeaders CopyHeaders(const std::vector<RecordHeader>& headers) {
  if (headers.empty()) return nullptr;
  KafkaHeaders list(rd_kafka_headers_new(headers.size()));
  for (const RecordHeader& header : headers) {
    rd_kafka_header_add(list.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.has_value() ? header.value->data() : nullptr,
                        header.value.has_value() ? static_cast<ssize_t>(header.value->size()) : 0);
  }
  return list;
}

}  // namespace serin::stream
