#include "stream-client/kafka/bulk_producer.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "common/time/milliseconds.h"
#include "stream-client/kafka/kafka_producing.h"
#include "stream-client/kafka/kafka_records.h"

namespace serin::stream {
namespace {

// Sending a message is followed by serving reports only now and then: each call takes a lock.
constexpr uint64_t kSendsBetweenPolls = 256;

}  // namespace

absl::StatusOr<std::unique_ptr<BulkProducer>> BulkProducer::Create(
    const KafkaConnection& connection, const std::string& topic) {
  std::unique_ptr<BulkProducer> producer(new BulkProducer());
  KafkaConnection bulk = connection;
  bulk.properties.emplace("linger.ms", "50");  // few, large message sets
  // Longer than a broker's restart, short enough to tell the user that there is none.
  bulk.properties.emplace("message.timeout.ms", "30000");
  SERIN_ASSIGN_OR_RETURN(KafkaConf conf, ProducerConf(bulk, {}));
  rd_kafka_conf_set_opaque(conf.get(), producer.get());
  rd_kafka_conf_set_dr_msg_cb(conf.get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                static_cast<BulkProducer*>(self)->Count(message->err);
                              });
  rd_kafka_conf_set_error_cb(conf.get(),
                             [](rd_kafka_t*, int error, const char* reason, void* self) {
                               static_cast<BulkProducer*>(self)->trouble_.Note(
                                   static_cast<rd_kafka_resp_err_t>(error), reason, absl::Now());
                             });
  SERIN_ASSIGN_OR_RETURN(producer->producer_, NewKafka(RD_KAFKA_PRODUCER, std::move(conf)));
  producer->topic_.reset(rd_kafka_topic_new(producer->producer_.get(), topic.c_str(), nullptr));
  return producer;
}

void BulkProducer::Send(const Record& record) {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  while ((error = ProduceRecord(producer_.get(), topic_.get(),
                                {.key = record.key,
                                 .value = record.value,
                                 .headers = CopyHeaders(record.headers),
                                 .timestamp_ms = record.timestamp_ms})) ==
             RD_KAFKA_RESP_ERR__QUEUE_FULL &&
         refusal().ok()) {
    rd_kafka_poll(producer_.get(), 100);
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Count(error);
  if (++sends_ % kSendsBetweenPolls == 0) rd_kafka_poll(producer_.get(), 0);
}

bool BulkProducer::Flush(absl::Duration timeout) {
  return rd_kafka_flush(producer_.get(), ToMilliseconds(timeout)) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void BulkProducer::Count(rd_kafka_resp_err_t error) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++delivered_;
  } else {
    ++failed_;
    failure_ = rd_kafka_err2str(error);
  }
}

}  // namespace serin::stream
