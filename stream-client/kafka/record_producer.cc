#include "stream-client/kafka/record_producer.h"

#include <array>
#include <cstdlib>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "stream-client/kafka/kafka_producing.h"
#include "stream-client/kafka/kafka_records.h"
#include "stream-client/sinks/dead_letter.h"
#include "stream-client/sinks/scored_record_json.h"
#include "stream-client/sinks/scored_record_message.h"

namespace serin::stream {
namespace {

size_t BatchSize(const rd_kafka_conf_t* conf) {
  std::array<char, 32> value{};
  size_t size = value.size();
  rd_kafka_conf_get(conf, "batch.size", value.data(), &size);
  return static_cast<size_t>(std::atoll(value.data()));
}

}  // namespace

absl::StatusOr<RecordProducer> RecordProducer::Create(KafkaConf conf, KafkaSinkTopics topics) {
  RecordProducer producer(std::move(topics));
  producer.batch_bytes_ = BatchSize(conf.get());
  SERIN_ASSIGN_OR_RETURN(producer.producer_, NewKafka(RD_KAFKA_PRODUCER, std::move(conf)));
  rd_kafka_t* const handle = producer.handle();
  if (!producer.topics_.results.empty()) {
    producer.results_.reset(rd_kafka_topic_new(handle, producer.topics_.results.c_str(), nullptr));
  }
  producer.dead_letters_.reset(
      rd_kafka_topic_new(handle, producer.topics_.dead_letters.c_str(), nullptr));
  return producer;
}

bool RecordProducer::Wants(const BatchItem& item) const {
  return results_ != nullptr || !std::holds_alternative<Score>(item.outcome);
}

rd_kafka_resp_err_t RecordProducer::Produce(const BatchItem& item, void* opaque) {
  if (const auto* score = std::get_if<Score>(&item.outcome)) {
    return ProduceResult(item, *score, opaque);
  }
  return ProduceDeadLetter(item, std::get<Failure>(item.outcome), opaque);
}

rd_kafka_resp_err_t RecordProducer::ProduceResult(const BatchItem& item, const Score& score,
                                                  void* opaque) {
  result_.clear();
  const auto append =
      topics_.format == ResultFormat::kJson ? AppendScoredRecordJson : AppendScoredRecordMessage;
  append(item.record, item.text, score, result_);
  return ProduceRecord(handle(), results_.get(),
                       {.key = item.record.key,
                        .value = result_,
                        .headers = CopyHeaders(item.record.headers),
                        .timestamp_ms = item.record.timestamp_ms,
                        .opaque = opaque});
}

rd_kafka_resp_err_t RecordProducer::ProduceDeadLetter(const BatchItem& item, const Failure& failure,
                                                      void* opaque) {
  KafkaHeaders headers = CopyHeaders(item.record.headers);
  if (headers == nullptr) headers.reset(rd_kafka_headers_new(8));
  for (const auto& [name, value] : DeadLetterHeaders(item.record, failure)) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return ProduceRecord(handle(), dead_letters_.get(),
                       {.key = item.record.key,
                        .value = item.record.value,
                        .headers = std::move(headers),
                        .timestamp_ms = item.record.timestamp_ms,
                        .opaque = opaque});
}

bool RecordProducer::IsRefusal(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         error == RD_KAFKA_RESP_ERR_INVALID_RECORD || error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE;
}

Refusal RecordProducer::ToRefusal(const rd_kafka_message_t& report) {
  return {.opaque = report._private,
          .bytes = report.len + report.key_len,
          .error = static_cast<int>(report.err)};
}

absl::Status RecordProducer::HandleFailure(BatchItem& item, rd_kafka_resp_err_t error) const {
  const bool is_result = std::holds_alternative<Score>(item.outcome);
  const std::string& topic = is_result ? topics_.results : topics_.dead_letters;
  absl::Status status =
      KafkaStatus(error, absl::StrCat(is_result ? "result" : "dead letter", " of ",
                                      AbslView(item.record.topic), "/", item.record.partition, "/",
                                      item.record.offset, " to topic ", topic));
  if (!is_result || !IsRefusal(error)) return status;
  item.outcome = Failure{Stage::kProduce, status.code(), std::string(status.message()), 1};
  return absl::OkStatus();
}

}  // namespace serin::stream
