#include "stream-client/kafka/kafka_record_sink.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "stream-client/kafka/kafka_producing.h"
#include "stream-client/kafka/kafka_records.h"
#include "stream-client/sinks/dead_letter.h"
#include "stream-client/sinks/scored_record_json.h"

namespace serin::stream {
namespace {

// Whether the broker refuses the record for what it is, so that it will never be taken.
bool IsAboutTheRecord(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         error == RD_KAFKA_RESP_ERR_INVALID_RECORD || error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaRecordSink>> KafkaRecordSink::Create(
    const KafkaConnection& connection, KafkaSinkTopics topics, Wakeup& wakeup) {
  std::unique_ptr<KafkaRecordSink> sink(new KafkaRecordSink(std::move(topics)));
  SERIN_RETURN_IF_ERROR(sink->Start(connection, wakeup));
  return sink;
}

absl::Status KafkaRecordSink::Start(const KafkaConnection& connection, Wakeup& wakeup) {
  SERIN_ASSIGN_OR_RETURN(KafkaConf conf, ProducerConf(connection, {}));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                static_cast<KafkaRecordSink*>(self)->HandleReport(*message);
                              });
  SERIN_ASSIGN_OR_RETURN(producer_, NewKafka(RD_KAFKA_PRODUCER, std::move(conf)));
  queue_.reset(rd_kafka_queue_get_main(producer_.get()));
  rd_kafka_queue_cb_event_enable(
      queue_.get(), [](rd_kafka_t*, void* target) { static_cast<Wakeup*>(target)->Notify(); },
      &wakeup);
  if (!topics_.results.empty()) {
    results_.reset(rd_kafka_topic_new(producer_.get(), topics_.results.c_str(), nullptr));
  }
  dead_letters_.reset(rd_kafka_topic_new(producer_.get(), topics_.dead_letters.c_str(), nullptr));
  return absl::OkStatus();
}

KafkaRecordSink::~KafkaRecordSink() {
  if (producer_ == nullptr) return;
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (rd_kafka_poll(producer_.get(), 0) > 0) {
  }
}

void KafkaRecordSink::Write(std::unique_ptr<Batch> batch) {
  auto job = std::make_unique<Job>();
  job->slots.reserve(batch->items.size());
  for (uint32_t i = 0; i < batch->items.size(); ++i) job->slots.push_back({job.get(), i});
  job->batch = std::move(batch);
  jobs_.push_back(std::move(job));
  ProducePending();
}

absl::StatusOr<std::unique_ptr<Batch>> KafkaRecordSink::Poll() {
  rd_kafka_poll(producer_.get(), 0);
  ProducePending();
  if (!status_.ok()) return status_;
  auto done = std::find_if(jobs_.begin(), jobs_.end(),
                           [](const std::unique_ptr<Job>& job) { return job->finished(); });
  if (done == jobs_.end()) return nullptr;
  std::unique_ptr<Batch> batch = std::move((*done)->batch);
  jobs_.erase(done);
  return batch;
}

void KafkaRecordSink::ProducePending() {
  for (std::unique_ptr<Job>& job : jobs_) {
    if (!status_.ok() || !Produce(*job)) return;
  }
}

bool KafkaRecordSink::Produce(Job& job) {
  for (; job.next_item < job.batch->items.size(); ++job.next_item) {
    if (!ProduceItem(job, static_cast<uint32_t>(job.next_item))) return false;
  }
  while (!job.refused.empty()) {
    const uint32_t index = job.refused.back();
    job.refused.pop_back();
    if (!ProduceItem(job, index)) {
      job.refused.push_back(index);
      return false;
    }
  }
  return true;
}

bool KafkaRecordSink::ProduceItem(Job& job, uint32_t index) {
  const BatchItem& item = job.batch->items[index];
  Slot& slot = job.slots[index];
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (const auto* score = std::get_if<Score>(&item.outcome)) {
    if (results_ == nullptr) return true;
    error = ProduceResult(item, *score, slot);
  } else {
    error = ProduceDeadLetter(item, std::get<Failure>(item.outcome), slot);
  }
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++job.undelivered;
  } else {
    HandleFailure(job, index, error);
  }
  return true;
}

rd_kafka_resp_err_t KafkaRecordSink::ProduceResult(const BatchItem& item, const Score& score,
                                                   Slot& slot) {
  json_.clear();
  AppendScoredRecordJson(item.record, item.text, score, json_);
  return ProduceRecord(producer_.get(), results_.get(),
                       {.key = item.record.key,
                        .value = json_,
                        .headers = CopyHeaders(item.record.headers),
                        .timestamp_ms = item.record.timestamp_ms,
                        .opaque = &slot});
}

rd_kafka_resp_err_t KafkaRecordSink::ProduceDeadLetter(const BatchItem& item,
                                                       const Failure& failure, Slot& slot) {
  KafkaHeaders headers = CopyHeaders(item.record.headers);
  if (headers == nullptr) headers.reset(rd_kafka_headers_new(8));
  for (const auto& [name, value] : DeadLetterHeaders(item.record, failure)) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return ProduceRecord(producer_.get(), dead_letters_.get(),
                       {.key = item.record.key,
                        .value = item.record.value,
                        .headers = std::move(headers),
                        .timestamp_ms = item.record.timestamp_ms,
                        .opaque = &slot});
}

void KafkaRecordSink::HandleReport(const rd_kafka_message_t& message) {
  const Slot& slot = *static_cast<const Slot*>(message._private);
  --slot.job->undelivered;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    HandleFailure(*slot.job, slot.item, message.err);
  }
}

void KafkaRecordSink::HandleFailure(Job& job, uint32_t index, rd_kafka_resp_err_t error) {
  BatchItem& item = job.batch->items[index];
  const bool is_result = std::holds_alternative<Score>(item.outcome);
  const std::string& topic = is_result ? topics_.results : topics_.dead_letters;
  absl::Status status =
      KafkaStatus(error, absl::StrCat(is_result ? "result" : "dead letter", " of ",
                                      AbslView(item.record.topic), "/", item.record.partition, "/",
                                      item.record.offset, " to topic ", topic));
  if (is_result && IsAboutTheRecord(error)) {
    item.outcome = Failure{Stage::kProduce, status.code(), std::string(status.message()), 1};
    job.refused.push_back(index);
  } else if (status_.ok()) {
    status_ = std::move(status);
  }
}

}  // namespace serin::stream
