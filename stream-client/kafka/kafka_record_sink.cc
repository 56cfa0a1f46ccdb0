#include "stream-client/kafka/kafka_record_sink.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"

namespace serin::stream {

namespace {

// What was taken back from librdkafka.
bool IsPurged(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaRecordSink>> KafkaRecordSink::Create(
    const KafkaConnection& connection, KafkaSinkTopics topics, Wakeup& wakeup) {
  std::unique_ptr<KafkaRecordSink> sink(new KafkaRecordSink(connection, std::move(topics), wakeup));
  SERIN_RETURN_IF_ERROR(sink->Open());
  return sink;
}

absl::Status KafkaRecordSink::Open() {
  SERIN_ASSIGN_OR_RETURN(KafkaConf conf, ProducerConf(connection_, {}));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                static_cast<KafkaRecordSink*>(self)->HandleReport(*message);
                              });
  queue_.reset();
  producer_.reset();
  SERIN_ASSIGN_OR_RETURN(producer_, RecordProducer::Create(std::move(conf), topics_));
  queue_.reset(rd_kafka_queue_get_main(producer_->handle()));
  rd_kafka_queue_cb_event_enable(
      queue_.get(), [](rd_kafka_t*, void* target) { static_cast<Wakeup*>(target)->Notify(); },
      &wakeup_);
  return absl::OkStatus();
}

KafkaRecordSink::~KafkaRecordSink() {
  if (!producer_.has_value()) return;
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
  Purge();
  while (rd_kafka_poll(producer_->handle(), 0) > 0) {
  }
}

void KafkaRecordSink::Purge() {
  rd_kafka_purge(producer_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void KafkaRecordSink::Write(std::unique_ptr<Batch> batch) {
  auto job = std::make_unique<Job>();
  job->open = batch->items.size();
  job->slots.reserve(batch->items.size());
  for (uint32_t i = 0; i < batch->items.size(); ++i) job->slots.push_back({job.get(), i});
  job->batch = std::move(batch);
  jobs_.push_back(std::move(job));
  ProducePending();
}

absl::StatusOr<std::unique_ptr<Batch>> KafkaRecordSink::Poll() {
  if (!status_.ok()) return status_;
  rd_kafka_poll(producer_->handle(), 0);
  SettleRefusals();
  ReopenWhenEmpty();
  ProducePending();
  if (!status_.ok()) return status_;
  auto done = std::find_if(jobs_.begin(), jobs_.end(),
                           [](const std::unique_ptr<Job>& job) { return job->open == 0; });
  if (done == jobs_.end()) return nullptr;
  std::unique_ptr<Batch> batch = std::move((*done)->batch);
  jobs_.erase(done);
  return batch;
}

void KafkaRecordSink::ProducePending() {
  for (std::unique_ptr<Job>& job : jobs_) {
    if (!status_.ok() || reopening_ || !Produce(*job)) return;
  }
}

bool KafkaRecordSink::Produce(Job& job) {
  for (; job.next < job.slots.size(); ++job.next) {
    Slot& slot = job.slots[job.next];
    if (slot.state == State::kToSend && !ProduceItem(slot)) return false;
  }
  return true;
}

bool KafkaRecordSink::ProduceItem(Slot& slot) {
  BatchItem& item = slot.job->batch->items[slot.item];
  while (producer_->Wants(item)) {
    const rd_kafka_resp_err_t error = producer_->Produce(item, &slot);
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      slot.state = State::kSent;
      ++in_flight_;
      return true;
    }
    // A result that is refused is a dead letter now.
    status_ = producer_->HandleFailure(item, error);
    if (!status_.ok()) return false;
  }
  slot.state = State::kWritten;
  --slot.job->open;
  return true;
}

void KafkaRecordSink::HandleReport(const rd_kafka_message_t& message) {
  Slot& slot = *static_cast<Slot*>(message._private);
  --in_flight_;
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    slot.state = State::kWritten;
    --slot.job->open;
  } else if (reopening_ || IsPurged(message.err)) {
    SendAgain(slot);
  } else if (RecordProducer::IsRefusal(message.err)) {
    refused_.push_back(RecordProducer::ToRefusal(message));
  } else {
    status_.Update(producer_->HandleFailure(slot.job->batch->items[slot.item], message.err));
  }
}

void KafkaRecordSink::SendAgain(Slot& slot) {
  slot.state = State::kToSend;
  slot.job->next = std::min<size_t>(slot.job->next, slot.item);
}

void KafkaRecordSink::SettleRefusals() {
  if (refused_.empty()) return;
  const RefusalVerdict verdict =
      JudgeRefusals(std::exchange(refused_, {}), producer_->batch_bytes());
  for (const Refusal& refusal : verdict.lone) {
    Slot& slot = *static_cast<Slot*>(refusal.opaque);
    status_.Update(producer_->HandleFailure(slot.job->batch->items[slot.item],
                                            static_cast<rd_kafka_resp_err_t>(refusal.error)));
    SendAgain(slot);
  }
  for (const Refusal& refusal : verdict.together) SendAgain(*static_cast<Slot*>(refusal.opaque));
  if (verdict.together.empty()) return;
  LimitMessageSets(connection_, verdict.batch_bytes);
  reopening_ = true;
  Purge();
}

void KafkaRecordSink::ReopenWhenEmpty() {
  if (!reopening_) return;
  // What the purge has taken back.
  rd_kafka_poll(producer_->handle(), 0);
  if (in_flight_ > 0) return;
  reopening_ = false;
  status_.Update(Open());
}

}  // namespace serin::stream
