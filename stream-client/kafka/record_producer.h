#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/kafka/refusals.h"
#include "stream-client/pipeline/batch.h"

namespace serin::stream {

// How a result is written: serin.v1.ScoredRecord as JSON or in binary.
enum class ResultFormat { kJson, kProtobuf };

struct KafkaSinkTopics {
  std::string results;       // empty: results are not written
  std::string dead_letters;  // never empty
  ResultFormat format = ResultFormat::kJson;
};

// Sends scored items to the topic of results and failed ones to that of dead letters (as they were
// read, with headers that say why). Both keep the key, the headers and the timestamp of their
// record. Belongs to one thread.
class RecordProducer {
 public:
  // `conf` holds the callbacks. Error: INVALID_ARGUMENT when librdkafka refuses its properties.
  static absl::StatusOr<RecordProducer> Create(KafkaConf conf, KafkaSinkTopics topics);

  // Whether the item, which has its outcome, is to be sent at all.
  bool Wants(const BatchItem& item) const;
  // Puts the item into librdkafka's queue; `opaque` comes back with its delivery report.
  rd_kafka_resp_err_t Produce(const BatchItem& item, void* opaque);

  // Whether brokers refuse what was in the message's set for what it is (too large), so that it is
  // a case for JudgeRefusals.
  static bool IsRefusal(rd_kafka_resp_err_t error);
  static Refusal ToRefusal(const rd_kafka_message_t& report);

  // What became of the item when sending it failed: a result that is refused for what it is has
  // become a dead letter, to be sent again, and the answer is OK; anything else is the error to
  // report.
  absl::Status HandleFailure(BatchItem& item, rd_kafka_resp_err_t error) const;

  // The producer's batch.size.
  size_t batch_bytes() const { return batch_bytes_; }

  rd_kafka_t* handle() const { return producer_.get(); }

 private:
  explicit RecordProducer(KafkaSinkTopics topics) : topics_(std::move(topics)) {}

  rd_kafka_resp_err_t ProduceResult(const BatchItem& item, const Score& score, void* opaque);
  rd_kafka_resp_err_t ProduceDeadLetter(const BatchItem& item, const Failure& failure,
                                        void* opaque);

  KafkaSinkTopics topics_;
  size_t batch_bytes_ = 0;
  KafkaHandle producer_;
  KafkaTopic results_;
  KafkaTopic dead_letters_;
  std::string result_;  // reused
};

}  // namespace serin::stream
