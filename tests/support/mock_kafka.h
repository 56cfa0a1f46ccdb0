#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace serin::testing {

// The number of the Produce request in Kafka's protocol, for FailNext.
inline constexpr int16_t kProduceApi = 0;

// A record as a test writes or finds it.
struct KafkaRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers = {};
  int64_t timestamp_ms = -1;
  int32_t partition = RD_KAFKA_PARTITION_UA;  // to write: any
  int64_t offset = -1;

  // The last header of that name; "" when there is none.
  std::string Header(const std::string& name) const;
};

// librdkafka's mock cluster in this process: one broker on loopback that keeps records and
// committed offsets in memory. See docs/adr/0008-delivery-semantics.md for what it cannot show.
class MockKafka {
 public:
  MockKafka();
  ~MockKafka();
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  const std::string& brokers() const { return brokers_; }
  void CreateTopic(const std::string& topic, int partitions);
  // The broker does not answer until SetUp.
  void SetDown();
  void SetUp();
  // The broker takes so long for each answer.
  void SetSlow(int milliseconds);
  // Metadata requests for the topic answer with this error.
  void SetTopicError(const std::string& topic, rd_kafka_resp_err_t error);
  // The next requests of this kind (protocol key) fail so, one error each.
  void FailNext(int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors);

  // Writes the records and waits until the broker has them.
  void Produce(const std::string& topic, const std::vector<KafkaRecord>& records);
  // Everything a topic holds now, by partition and offset.
  std::vector<KafkaRecord> ReadAll(const std::string& topic, int partitions);
  // What a group has committed by partition, -1 where nothing.
  std::map<int32_t, int64_t> Committed(const std::string& group, const std::string& topic,
                                       int partitions);

 private:
  rd_kafka_t* host_;
  rd_kafka_mock_cluster_t* cluster_;
  std::string brokers_;
};

}  // namespace serin::testing
