// serin-bare-loop BROKERS FROM TO: what the stream client is measured against. Reads topic FROM
// from its first record to its present end with the client's own librdkafka settings, appends 80
// bytes to each value and writes it to topic TO. No JSON, no model. Prints {"records": N,
// "seconds": S}.
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "stream-client/kafka/kafka_producing.h"
#include "stream-client/kafka/kafka_queries.h"
#include "stream-client/kafka/kafka_records.h"
#include "stream-client/kafka/kafka_settings.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

// Assigns all partitions from their first record; returns how many records they hold.
absl::StatusOr<int64_t> AssignAll(rd_kafka_t* consumer, const std::string& topic) {
  SERIN_ASSIGN_OR_RETURN(const int32_t partitions, PartitionCount(consumer, topic, kTimeout));
  std::vector<PartitionOffset> starts;
  int64_t records = 0;
  for (int32_t i = 0; i < partitions; ++i) {
    SERIN_ASSIGN_OR_RETURN(const OffsetRange range, PartitionRange(consumer, topic, i, kTimeout));
    starts.push_back({{topic, i}, range.first});
    records += range.end - range.first;
  }
  SERIN_RETURN_IF_ERROR(
      KafkaStatus(rd_kafka_assign(consumer, NewPartitionList(starts).get()), "assign"));
  return records;
}

void Forward(rd_kafka_t* producer, rd_kafka_topic_t* to, const rd_kafka_message_t& message,
             std::string& value) {
  value.assign(static_cast<const char*>(message.payload), message.len);
  value.append(80, 'x');
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  while (ProduceRecord(producer, to, {.key = key, .value = value}) ==
         RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    rd_kafka_poll(producer, 10);
  }
}

absl::Status Run(const KafkaConnection& connection, const std::string& from,
                 const std::string& to_name) {
  SERIN_ASSIGN_OR_RETURN(KafkaConf consuming, ConsumerConf(connection, {{"group.id", "bare"}}));
  SERIN_ASSIGN_OR_RETURN(KafkaHandle consumer, NewKafka(RD_KAFKA_CONSUMER, std::move(consuming)));
  rd_kafka_poll_set_consumer(consumer.get());
  SERIN_ASSIGN_OR_RETURN(KafkaConf producing, ProducerConf(connection, {}));
  SERIN_ASSIGN_OR_RETURN(KafkaHandle producer, NewKafka(RD_KAFKA_PRODUCER, std::move(producing)));
  KafkaTopic to(rd_kafka_topic_new(producer.get(), to_name.c_str(), nullptr));
  const absl::Time start = absl::Now();
  SERIN_ASSIGN_OR_RETURN(const int64_t records, AssignAll(consumer.get(), from));
  std::string value;
  for (int64_t done = 0; done < records;) {
    KafkaMessage message(rd_kafka_consumer_poll(consumer.get(), 100));
    if (message == nullptr) continue;
    SERIN_RETURN_IF_ERROR(KafkaStatus(message->err, "read"));
    Forward(producer.get(), to.get(), *message, value);
    if (++done % 256 == 0) rd_kafka_poll(producer.get(), 0);
  }
  SERIN_RETURN_IF_ERROR(KafkaStatus(rd_kafka_flush(producer.get(), 60000), "flush"));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::printf("{\"records\": %lld, \"seconds\": %.3f}\n", static_cast<long long>(records), seconds);
  rd_kafka_consumer_close(consumer.get());
  return absl::OkStatus();
}

}  // namespace
}  // namespace serin::stream

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "expected BROKERS FROM TO, got " << argc - 1 << " arguments" << std::endl;
    return 64;
  }
  const absl::Status status =
      serin::stream::Run({.bootstrap_servers = argv[1], .properties = {}}, argv[2], argv[3]);
  if (!status.ok()) std::cerr << status.ToString() << std::endl;
  return status.ok() ? 0 : 1;
}
