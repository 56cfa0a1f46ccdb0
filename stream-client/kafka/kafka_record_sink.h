#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/kafka/record_producer.h"
#include "stream-client/pipeline/ports.h"
#include "stream-client/pipeline/wakeup.h"

namespace serin::stream {

// Writes batches through a RecordProducer. A batch is written when the broker has acknowledged all
// of it. A result the broker refuses for what it is (too large) becomes a dead letter; anything
// else that cannot be written is a final error. Belongs to one thread.
class KafkaRecordSink final : public RecordSink {
 public:
  // `wakeup` must outlive it; it is told when there is something to poll. Error: INVALID_ARGUMENT
  // for a property librdkafka refuses.
  static absl::StatusOr<std::unique_ptr<KafkaRecordSink>> Create(const KafkaConnection& connection,
                                                                 KafkaSinkTopics topics,
                                                                 Wakeup& wakeup);
  // What is not acknowledged yet is given up.
  ~KafkaRecordSink() override;

  void Write(std::unique_ptr<Batch> batch) override;
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override;

 private:
  struct Job;
  // What librdkafka hands back with a delivery report.
  struct Slot {
    Job* job;
    uint32_t item;
  };
  // A batch on its way.
  struct Job {
    std::unique_ptr<Batch> batch;
    std::vector<Slot> slots;
    size_t next_item = 0;           // the first one not handed to librdkafka
    std::vector<uint32_t> refused;  // results to be written again, as dead letters
    size_t undelivered = 0;         // handed over and not acknowledged
    bool finished() const {
      return next_item == batch->items.size() && refused.empty() && undelivered == 0;
    }
  };

  KafkaRecordSink() = default;

  absl::Status Start(const KafkaConnection& connection, KafkaSinkTopics topics, Wakeup& wakeup);
  void ProducePending();
  // Hands over what is left of the job; false when librdkafka's queue is full.
  bool Produce(Job& job);
  bool ProduceItem(Job& job, uint32_t index);
  void HandleReport(const rd_kafka_message_t& message);
  void HandleFailure(Job& job, uint32_t index, rd_kafka_resp_err_t error);

  std::optional<RecordProducer> producer_;
  KafkaQueue queue_;
  absl::Status status_;
  std::deque<std::unique_ptr<Job>> jobs_;
};

}  // namespace serin::stream
