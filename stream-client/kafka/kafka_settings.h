#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "stream-client/kafka/handles.h"

namespace serin::stream {

// librdkafka properties by name.
using KafkaProperties = std::map<std::string, std::string>;

// How to reach the cluster.
struct KafkaConnection {
  std::string bootstrap_servers;
  // Any properties of librdkafka, given to consumers and producers alike. They win over our
  // defaults, but not over what delivery depends on (see below).
  KafkaProperties properties;
};

// Properties of a consumer: ours that can be overridden, the user's, then those the delivery
// guarantee rests on: enable.auto.commit=false, enable.auto.offset.store=false, and `fixed`.
// Error: INVALID_ARGUMENT naming the property.
absl::StatusOr<KafkaConf> ConsumerConf(const KafkaConnection& connection,
                                       const KafkaProperties& fixed);

// Properties of a producer; enable.idempotence=true (thus acks=all) is fixed.
absl::StatusOr<KafkaConf> ProducerConf(const KafkaConnection& connection,
                                       const KafkaProperties& fixed);

// From now on message sets have at most so many bytes (batch.size), and the log says so.
void LimitMessageSets(KafkaConnection& connection, size_t bytes);

// A consumer or producer; errors of its connection are logged. Error: INVALID_ARGUMENT when
// librdkafka refuses the properties' combination.
absl::StatusOr<KafkaHandle> NewKafka(rd_kafka_type_t type, KafkaConf conf);

// What librdkafka's error means in our terms, with `what` in front of its text. ABORTED: the group
// has gone on without us.
absl::Status KafkaStatus(rd_kafka_resp_err_t error, const std::string& what);

}  // namespace serin::stream
