#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/kafka/record_producer.h"
#include "stream-client/pipeline/ports.h"
#include "stream-client/pipeline/wakeup.h"

namespace serin::stream {

// Writes batches through a RecordProducer. A batch is written when the broker has acknowledged all
// of it. A result the broker refuses for what it is (too large) becomes a dead letter. Since a
// refusal is of a whole message set, what was refused together is sent again by another producer
// whose sets are smaller, and with it, in its order, all that is not acknowledged (librdkafka may
// have sent what stood behind it meanwhile). Anything else that cannot be written is a final error.
// Belongs to one thread.
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
  enum class State { kToSend, kSent, kWritten };
  // An item; librdkafka hands it back with the delivery report.
  struct Slot {
    Job* job;
    uint32_t item;
    State state = State::kToSend;
  };
  // A batch on its way.
  struct Job {
    std::unique_ptr<Batch> batch;
    std::vector<Slot> slots;
    size_t next = 0;  // no slot in front of it is to be sent
    size_t open = 0;  // slots that are not written
  };

  KafkaRecordSink(KafkaConnection connection, KafkaSinkTopics topics, Wakeup& wakeup)
      : connection_(std::move(connection)), topics_(std::move(topics)), wakeup_(wakeup) {}

  absl::Status Open();
  void ProducePending();
  // Hands over what is left of the job; false when librdkafka's queue is full or all is over.
  bool Produce(Job& job);
  bool ProduceItem(Slot& slot);
  void HandleReport(const rd_kafka_message_t& message);
  static void SendAgain(Slot& slot);
  void SettleRefusals();
  // Takes back what is not acknowledged.
  void Purge();
  void ReopenWhenEmpty();

  KafkaConnection connection_;
  const KafkaSinkTopics topics_;
  Wakeup& wakeup_;
  std::optional<RecordProducer> producer_;
  KafkaQueue queue_;
  absl::Status status_;
  size_t in_flight_ = 0;          // handed over and not reported on
  std::vector<Refusal> refused_;  // by the reports just served
  bool reopening_ = false;        // another producer takes over when nothing is in flight
  std::deque<std::unique_ptr<Job>> jobs_;
};

}  // namespace serin::stream
