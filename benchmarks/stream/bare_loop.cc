// serin-bare-loop BROKERS FROM TO [N]: what the stream client is measured against. Reads topic FROM
// from its first record to its present end with the client's own librdkafka settings, appends 80
// bytes to each value and writes it to topic TO. No JSON, no model. With N it does so in
// transactions of N records that hold the offsets, one after the other. Prints {"records": N,
// "seconds": S, "transactions": T}.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "stream-client/kafka/fetch_nudge.h"
#include "stream-client/kafka/kafka_producing.h"
#include "stream-client/kafka/kafka_queries.h"
#include "stream-client/kafka/kafka_records.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/kafka/transaction.h"

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

using KafkaError =
    std::unique_ptr<rd_kafka_error_t, KafkaDeleter<rd_kafka_error_t, rd_kafka_error_destroy>>;

absl::Status ToStatus(KafkaError error) {
  if (error == nullptr) return absl::OkStatus();
  return absl::UnavailableError(rd_kafka_error_string(error.get()));
}

// Transactions of `size` records; does nothing when that is 0.
class Transactions {
 public:
  Transactions(rd_kafka_t* producer, rd_kafka_t* consumer, int64_t size)
      : producer_(producer), consumer_(consumer), size_(size) {}

  absl::Status Begin() {
    if (size_ == 0) return absl::OkStatus();
    return ToStatus(KafkaError(rd_kafka_begin_transaction(producer_)));
  }
  absl::Status OnRecord(const rd_kafka_message_t& message) {
    if (size_ == 0) return absl::OkStatus();
    next_[message.partition] = message.offset + 1;
    topic_ = rd_kafka_topic_name(message.rkt);
    if (++open_ < size_) return absl::OkStatus();
    SERIN_RETURN_IF_ERROR(Commit());
    return Begin();
  }
  absl::Status Commit() {
    if (size_ == 0) return absl::OkStatus();
    std::vector<PartitionOffset> offsets;
    for (const auto& [partition, next] : next_) offsets.push_back({{topic_, partition}, next});
    const KafkaPartitions list = NewPartitionList(offsets);
    const KafkaGroupMetadata group(rd_kafka_consumer_group_metadata(consumer_));
    SERIN_RETURN_IF_ERROR(ToStatus(KafkaError(
        rd_kafka_send_offsets_to_transaction(producer_, list.get(), group.get(), 10000))));
    ++count_;
    open_ = 0;
    return ToStatus(KafkaError(rd_kafka_commit_transaction(producer_, 10000)));
  }
  int64_t count() const { return count_; }

 private:
  rd_kafka_t* const producer_;
  rd_kafka_t* const consumer_;
  const int64_t size_;
  std::map<int32_t, int64_t> next_;
  std::string topic_;
  int64_t open_ = 0;
  int64_t count_ = 0;
};

struct Loop {
  KafkaHandle consumer;
  KafkaHandle producer;
  KafkaTopic to;
};

absl::StatusOr<Loop> Start(const KafkaConnection& connection, const std::string& to,
                           bool transactional) {
  Loop loop;
  SERIN_ASSIGN_OR_RETURN(KafkaConf consuming, ConsumerConf(connection, {{"group.id", "bare"}}));
  SERIN_ASSIGN_OR_RETURN(loop.consumer, NewKafka(RD_KAFKA_CONSUMER, std::move(consuming)));
  rd_kafka_poll_set_consumer(loop.consumer.get());
  const KafkaProperties id = {{"transactional.id", "serin-bare-loop"}};
  SERIN_ASSIGN_OR_RETURN(KafkaConf producing,
                         ProducerConf(connection, transactional ? id : KafkaProperties()));
  SERIN_ASSIGN_OR_RETURN(loop.producer, NewKafka(RD_KAFKA_PRODUCER, std::move(producing)));
  loop.to.reset(rd_kafka_topic_new(loop.producer.get(), to.c_str(), nullptr));
  if (transactional) {
    SERIN_RETURN_IF_ERROR(
        ToStatus(KafkaError(rd_kafka_init_transactions(loop.producer.get(), 10000))));
  }
  return loop;
}

absl::Status Run(const KafkaConnection& connection, const std::string& from, const std::string& to,
                 int64_t transaction_size) {
  SERIN_ASSIGN_OR_RETURN(const Loop loop, Start(connection, to, transaction_size > 0));
  Transactions transactions(loop.producer.get(), loop.consumer.get(), transaction_size);
  const absl::Time start = absl::Now();
  SERIN_ASSIGN_OR_RETURN(const int64_t records, AssignAll(loop.consumer.get(), from));
  SERIN_RETURN_IF_ERROR(transactions.Begin());
  std::string value;
  FetchNudge nudge(loop.consumer.get());
  for (int64_t done = 0; done < records;) {
    KafkaMessage message(rd_kafka_consumer_poll(loop.consumer.get(), 100));
    if (message == nullptr) continue;
    SERIN_RETURN_IF_ERROR(KafkaStatus(message->err, "read"));
    nudge.OnRecord();
    Forward(loop.producer.get(), loop.to.get(), *message, value);
    SERIN_RETURN_IF_ERROR(transactions.OnRecord(*message));
    if (++done % 256 == 0) rd_kafka_poll(loop.producer.get(), 0);
  }
  SERIN_RETURN_IF_ERROR(transactions.Commit());
  SERIN_RETURN_IF_ERROR(KafkaStatus(rd_kafka_flush(loop.producer.get(), 60000), "flush"));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::printf("{\"records\": %lld, \"seconds\": %.3f, \"transactions\": %lld}\n",
              static_cast<long long>(records), seconds,
              static_cast<long long>(transactions.count()));
  rd_kafka_consumer_close(loop.consumer.get());
  return absl::OkStatus();
}

}  // namespace
}  // namespace serin::stream

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::cerr << "expected BROKERS FROM TO [N], got " << argc - 1 << " arguments" << std::endl;
    return 64;
  }
  const absl::Status status =
      serin::stream::Run({.bootstrap_servers = argv[1], .properties = {}}, argv[2], argv[3],
                         argc == 5 ? std::atoll(argv[4]) : 0);
  if (!status.ok()) std::cerr << status.ToString() << std::endl;
  return status.ok() ? 0 : 1;
}
