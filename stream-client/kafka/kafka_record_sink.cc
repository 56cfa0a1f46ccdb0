#include "stream-client/kafka/kafka_record_sink.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"

namespace serin::stream {

absl::StatusOr<std::unique_ptr<KafkaRecordSink>> KafkaRecordSink::Create(
    const KafkaConnection& connection, KafkaSinkTopics topics, Wakeup& wakeup) {
  std::unique_ptr<KafkaRecordSink> sink(new KafkaRecordSink());
  SERIN_RETURN_IF_ERROR(sink->Start(connection, std::move(topics), wakeup));
  return sink;
}

absl::Status KafkaRecordSink::Start(const KafkaConnection& connection, KafkaSinkTopics topics,
                                    Wakeup& wakeup) {
  SERIN_ASSIGN_OR_RETURN(KafkaConf conf, ProducerConf(connection, {}));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                static_cast<KafkaRecordSink*>(self)->HandleReport(*message);
                              });
  SERIN_ASSIGN_OR_RETURN(producer_, RecordProducer::Create(std::move(conf), std::move(topics)));
  queue_.reset(rd_kafka_queue_get_main(producer_->handle()));
  rd_kafka_queue_cb_event_enable(
      queue_.get(), [](rd_kafka_t*, void* target) { static_cast<Wakeup*>(target)->Notify(); },
      &wakeup);
  return absl::OkStatus();
}

KafkaRecordSink::~KafkaRecordSink() {
  if (!producer_.has_value()) return;
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
  rd_kafka_purge(producer_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (rd_kafka_poll(producer_->handle(), 0) > 0) {
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
  rd_kafka_poll(producer_->handle(), 0);
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
  if (!producer_->Wants(item)) return true;
  const rd_kafka_resp_err_t error = producer_->Produce(item, &job.slots[index]);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++job.undelivered;
  } else {
    HandleFailure(job, index, error);
  }
  return true;
}

void KafkaRecordSink::HandleReport(const rd_kafka_message_t& message) {
  const Slot& slot = *static_cast<const Slot*>(message._private);
  --slot.job->undelivered;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    HandleFailure(*slot.job, slot.item, message.err);
  }
}

void KafkaRecordSink::HandleFailure(Job& job, uint32_t index, rd_kafka_resp_err_t error) {
  absl::Status failed = producer_->HandleFailure(job.batch->items[index], error);
  if (failed.ok()) {
    job.refused.push_back(index);
  } else if (status_.ok()) {
    status_ = std::move(failed);
  }
}

}  // namespace serin::stream
