#include "stream-client/kafka/kafka_producing.h"

namespace serin::stream {
namespace {

// librdkafka takes a null pointer for "no key" or "no value", also where the size is 0.
void SetBytes(rd_kafka_vu_t& argument, rd_kafka_vtype_t type,
              const std::optional<std::string_view>& bytes) {
  argument.vtype = type;
  const bool empty = bytes.has_value() && bytes->empty();
  argument.u.mem.ptr = !bytes.has_value() ? nullptr : const_cast<char*>(empty ? "" : bytes->data());
  argument.u.mem.size = bytes.has_value() ? bytes->size() : 0;
}

}  // namespace

rd_kafka_resp_err_t ProduceRecord(rd_kafka_t* producer, rd_kafka_topic_t* topic,
                                  OutgoingRecord record) {
  rd_kafka_vu_t arguments[7] = {};
  arguments[0].vtype = RD_KAFKA_VTYPE_RKT;
  arguments[0].u.rkt = topic;
  SetBytes(arguments[1], RD_KAFKA_VTYPE_KEY, record.key);
  SetBytes(arguments[2], RD_KAFKA_VTYPE_VALUE, record.value);
  arguments[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[3].u.i = RD_KAFKA_MSG_F_COPY;
  arguments[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  arguments[4].u.i64 = record.timestamp_ms > 0 ? record.timestamp_ms : 0;
  arguments[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[5].u.ptr = record.opaque;
  size_t count = 6;
  if (record.headers != nullptr) {
    arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS;
    arguments[6].u.headers = record.headers.get();
    count = 7;
  }
  rd_kafka_error_t* error = rd_kafka_produceva(producer, arguments, count);
  if (error == nullptr) {
    (void)record.headers.release();  // librdkafka's own now
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

}  // namespace serin::stream
