#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "stream-client/kafka/connection_trouble.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

// Sends many messages to one topic and counts what the brokers acknowledged. Belongs to one thread.
class BulkProducer {
 public:
  // Error: INVALID_ARGUMENT for a property librdkafka refuses.
  static absl::StatusOr<std::unique_ptr<BulkProducer>> Create(const KafkaConnection& connection,
                                                              const std::string& topic);

  // Queues a message with the record's key, value, headers and timestamp; waits while the queue is
  // full and it is not refused. A message that cannot be sent counts as failed.
  void Send(const Record& record);

  // Waits for the acknowledgements still missing, at most `timeout`; returns whether none is.
  bool Flush(absl::Duration timeout);

  uint64_t delivered() const { return delivered_; }
  uint64_t failed() const { return failed_; }
  // Why the last message failed.
  const std::string& failure() const { return failure_; }
  // UNAUTHENTICATED once a broker has refused our credentials, or is not to be trusted: nothing
  // will be sent.
  const absl::Status& refusal() const { return trouble_.refusal(); }

 private:
  BulkProducer() = default;

  void Count(rd_kafka_resp_err_t error);

  KafkaHandle producer_;
  KafkaTopic topic_;
  uint64_t sends_ = 0;
  uint64_t delivered_ = 0;
  uint64_t failed_ = 0;
  std::string failure_;
  ConnectionTrouble trouble_;
};

}  // namespace serin::stream
