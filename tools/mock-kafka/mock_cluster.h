#pragma once

#include <librdkafka/rdkafka.h>
// rdkafka.h comes first: the next header checks that it did.
#include <librdkafka/rdkafka_mock.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/mock-kafka/command.h"

namespace serin::mock_kafka {

// librdkafka's mock Kafka cluster: real TCP listeners on 127.0.0.1 that any librdkafka client of
// this machine may use. It holds its records in memory (at most 5 MiB a partition), knows consumer
// groups and offsets, and does not know real transactions, topic administration or Java clients.
//
// Thread-safe: librdkafka takes its own lock in every call.
class MockCluster {
 public:
  // Brokers are numbered from 1. UNAVAILABLE when librdkafka cannot start it.
  static absl::StatusOr<MockCluster> Start(int brokers);

  // "host:port[,host:port...]". librdkafka chooses the ports.
  std::string Bootstrap() const;

  // ALREADY_EXISTS when there is such a topic.
  absl::Status CreateTopic(const TopicSpec& topic);

  // Carries out a command; Quit is the caller's and does nothing here. INVALID_ARGUMENT for an
  // unknown error code, NOT_FOUND for an unknown broker.
  absl::Status Apply(const Command& command);

 private:
  struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
    void operator()(rd_kafka_mock_cluster_t* cluster) const {
      rd_kafka_mock_cluster_destroy(cluster);
    }
  };
  using Handle = std::unique_ptr<rd_kafka_t, Destroy>;
  using Cluster = std::unique_ptr<rd_kafka_mock_cluster_t, Destroy>;

  MockCluster(Handle handle, Cluster cluster, int brokers)
      : handle_(std::move(handle)), cluster_(std::move(cluster)), brokers_(brokers) {}

  absl::Status CheckBroker(int broker) const;
  absl::Status Inject(const InjectError& command);

  Handle handle_;  // librdkafka wants a client for its book-keeping; outlives the cluster
  Cluster cluster_;
  int brokers_;
};

}  // namespace serin::mock_kafka
