#include "tests/support/mock_kafka.h"

#include <cstdio>
#include <cstdlib>

namespace serin::testing {
namespace {

constexpr int kTimeoutMs = 10000;
constexpr int32_t kBroker = 1;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "mock kafka: %s failed\n", what);
  std::abort();
}

rd_kafka_t* NewClient(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[512];
  for (const auto& [name, value] : properties) {
    Require(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof(error)) ==
                RD_KAFKA_CONF_OK,
            error);
  }
  rd_kafka_conf_set_log_cb(conf, nullptr);
  rd_kafka_t* client = rd_kafka_new(type, conf, error, sizeof(error));
  Require(client != nullptr, error);
  return client;
}

KafkaRecord ToKafkaRecord(const rd_kafka_message_t& message) {
  KafkaRecord record;
  if (message.key != nullptr) record.key.emplace(static_cast<char*>(message.key), message.key_len);
  if (message.payload != nullptr) {
    record.value.emplace(static_cast<char*>(message.payload), message.len);
  }
  record.partition = message.partition;
  record.offset = message.offset;
  record.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  return record;
}

}  // namespace

std::string KafkaRecord::Header(const std::string& name) const {
  for (auto it = headers.rbegin(); it != headers.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return "";
}

MockKafka::MockKafka()
    : host_(NewClient(RD_KAFKA_PRODUCER, {})), cluster_(rd_kafka_mock_cluster_new(host_, 1)) {
  Require(cluster_ != nullptr, "starting the cluster");
  brokers_ = rd_kafka_mock_cluster_bootstraps(cluster_);
}

MockKafka::~MockKafka() {
  rd_kafka_mock_cluster_destroy(cluster_);
  rd_kafka_destroy(host_);
}

void MockKafka::CreateTopic(const std::string& topic, int partitions) {
  Require(rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1) ==
              RD_KAFKA_RESP_ERR_NO_ERROR,
          "creating a topic");
}

void MockKafka::SetDown() { rd_kafka_mock_broker_set_down(cluster_, kBroker); }
void MockKafka::SetUp() { rd_kafka_mock_broker_set_up(cluster_, kBroker); }

void MockKafka::SetSlow(int milliseconds) {
  rd_kafka_mock_broker_set_rtt(cluster_, 1, milliseconds);
}

void MockKafka::SetTopicError(const std::string& topic, rd_kafka_resp_err_t error) {
  rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), error);
}

void MockKafka::FailNext(int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, api_key, errors.size(), errors.data());
}

void MockKafka::Produce(const std::string& topic, const std::vector<KafkaRecord>& records) {
  rd_kafka_t* producer = NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers_}});
  for (const KafkaRecord& record : records) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    const auto pointer = [](const std::optional<std::string>& bytes) {
      return bytes.has_value() ? const_cast<char*>(bytes->data()) : nullptr;
    };
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(pointer(record.key), record.key.value_or("").size()),
        RD_KAFKA_V_VALUE(pointer(record.value), record.value.value_or("").size()),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms > 0 ? record.timestamp_ms : 0),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    Require(error == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(error));
  }
  Require(rd_kafka_flush(producer, kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR, "flushing");
  rd_kafka_destroy(producer);
}

std::vector<KafkaRecord> MockKafka::ReadAll(const std::string& topic, int partitions) {
  rd_kafka_t* consumer = NewClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers_},
                                                       {"group.id", "reader"},
                                                       {"enable.partition.eof", "true"},
                                                       {"fetch.wait.max.ms", "10"}});
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(consumer, list);
  std::map<std::pair<int32_t, int64_t>, KafkaRecord> records;
  for (int ends = 0; ends < partitions;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, kTimeoutMs);
    Require(message != nullptr, "reading a topic");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++ends;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      records[{message->partition, message->offset}] = ToKafkaRecord(*message);
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  std::vector<KafkaRecord> sorted;
  for (auto& [place, record] : records) sorted.push_back(std::move(record));
  return sorted;
}

std::map<int32_t, int64_t> MockKafka::Committed(const std::string& group, const std::string& topic,
                                                int partitions) {
  rd_kafka_t* consumer =
      NewClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers_}, {"group.id", group}});
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  rd_kafka_topic_partition_list_add_range(list, topic.c_str(), 0, partitions - 1);
  Require(rd_kafka_committed(consumer, list, kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR,
          "reading committed offsets");
  std::map<int32_t, int64_t> committed;
  for (int i = 0; i < list->cnt; ++i) {
    committed[list->elems[i].partition] = list->elems[i].offset < 0 ? -1 : list->elems[i].offset;
  }
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(consumer);
  return committed;
}

}  // namespace serin::testing
