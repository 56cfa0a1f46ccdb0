#include "stream-client/kafka/transaction.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "stream-client/kafka/kafka_queries.h"

namespace serin::stream {
namespace {

// One call; it is repeated, so this only bounds how long Cancel waits.
constexpr int kCallMs = 500;
constexpr int kSendsBetweenPolls = 256;

using KafkaError =
    std::unique_ptr<rd_kafka_error_t, KafkaDeleter<rd_kafka_error_t, rd_kafka_error_destroy>>;

// What was not sent because its transaction was given up.
bool IsPurged(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

// Whether another transaction would meet the same error.
bool IsFinal(const absl::Status& status) {
  return status.code() != absl::StatusCode::kUnavailable &&
         status.code() != absl::StatusCode::kAborted &&
         status.code() != absl::StatusCode::kDeadlineExceeded;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TransactionProducer>> TransactionProducer::Create(
    const KafkaConnection& connection, KafkaSinkTopics topics,
    const std::string& transactional_id) {
  std::unique_ptr<TransactionProducer> made(new TransactionProducer(transactional_id));
  SERIN_ASSIGN_OR_RETURN(KafkaConf conf,
                         ProducerConf(connection, {{"transactional.id", transactional_id}}));
  rd_kafka_conf_set_opaque(conf.get(), made.get());
  rd_kafka_conf_set_dr_msg_cb(conf.get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                static_cast<TransactionProducer*>(self)->HandleReport(*message);
                              });
  SERIN_ASSIGN_OR_RETURN(made->producer_,
                         RecordProducer::Create(std::move(conf), std::move(topics)));
  return made;
}

absl::Status TransactionProducer::Init(absl::Duration timeout) {
  KafkaError error(rd_kafka_init_transactions(
      producer_->handle(), static_cast<int>(absl::ToInt64Milliseconds(timeout))));
  if (error == nullptr) return absl::OkStatus();
  const std::string what = absl::StrCat("transactional.id ", transactional_id_, ": ",
                                        rd_kafka_error_string(error.get()));
  if (rd_kafka_error_is_retriable(error.get())) return absl::UnavailableError(what);
  absl::Status status = KafkaStatus(rd_kafka_error_code(error.get()), what);
  return IsFinal(status) ? status : absl::FailedPreconditionError(what);
}

absl::StatusOr<bool> TransactionProducer::Run(TransactionWork& work) {
  failure_ = absl::OkStatus();
  rd_kafka_t* const handle = producer_->handle();
  Verdict verdict = Persist("begin", [&](int) { return rd_kafka_begin_transaction(handle); });
  if (verdict == Verdict::kDone) verdict = Send(work);
  if (verdict == Verdict::kDone) verdict = SendOffsets(work);
  // From here on the broker keeps others from reading the offsets until the commit is done.
  if (verdict == Verdict::kDone && given_up_) verdict = Verdict::kAbort;
  if (verdict == Verdict::kDone) {
    verdict = Persist("commit", [&](int ms) { return rd_kafka_commit_transaction(handle, ms); });
  }
  if (verdict == Verdict::kDone) return true;
  if (verdict == Verdict::kAbort) {
    verdict = Persist("abort", [&](int ms) { return rd_kafka_abort_transaction(handle, ms); });
  }
  if (!failure_.ok()) return failure_;
  return false;
}

TransactionProducer::Verdict TransactionProducer::Send(TransactionWork& work) {
  int sent = 0;
  for (std::unique_ptr<Batch>& batch : work.batches) {
    for (BatchItem& item : batch->items) {
      const Verdict verdict = SendItem(item);
      if (verdict != Verdict::kDone) return verdict;
      if (++sent % kSendsBetweenPolls == 0) rd_kafka_poll(producer_->handle(), 0);
    }
  }
  return Verdict::kDone;
}

TransactionProducer::Verdict TransactionProducer::SendItem(BatchItem& item) {
  while (producer_->Wants(item)) {
    const rd_kafka_resp_err_t error = producer_->Produce(item, &item);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      if (cancelled_) return Verdict::kAbort;
      rd_kafka_poll(producer_->handle(), 10);
      continue;
    }
    // A refused result is sent again as a dead letter; with other errors the transaction is over.
    absl::Status failed = producer_->HandleFailure(item, error);
    if (failed.ok()) continue;
    if (IsFinal(failed)) failure_ = std::move(failed);
    return Verdict::kAbort;
  }
  return Verdict::kDone;
}

TransactionProducer::Verdict TransactionProducer::SendOffsets(const TransactionWork& work) {
  const KafkaPartitions offsets = NewPartitionList(work.offsets);
  const auto send = [&](int ms) {
    return rd_kafka_send_offsets_to_transaction(producer_->handle(), offsets.get(),
                                                work.group.get(), ms);
  };
  return Persist("offsets", send, &given_up_);
}

template <typename Call>
TransactionProducer::Verdict TransactionProducer::Persist(const char* what, Call call,
                                                          const std::atomic<bool>* give_up) {
  while (true) {
    const KafkaError error(call(kCallMs));
    if (error == nullptr) return Verdict::kDone;
    const bool again = rd_kafka_error_is_retriable(error.get()) && !cancelled_;
    if (!again) return Judge(what, *error);
    if (give_up != nullptr && *give_up) return Verdict::kAbort;
  }
}

TransactionProducer::Verdict TransactionProducer::Judge(const char* what,
                                                        const rd_kafka_error_t& error) {
  const std::string text = absl::StrCat("transaction ", transactional_id_, ": ", what, ": ",
                                        rd_kafka_error_string(&error));
  absl::Status status = KafkaStatus(rd_kafka_error_code(&error), text);
  if (rd_kafka_error_txn_requires_abort(&error)) {
    spdlog::warn("kafka: {}", text);
    // A record that is refused for what it is has had its report.
    const bool final = IsFinal(status) && !absl::IsInvalidArgument(status);
    if (failure_.ok() && final) failure_ = std::move(status);
    return Verdict::kAbort;
  }
  if (rd_kafka_error_code(&error) == RD_KAFKA_RESP_ERR__FENCED) {
    status = absl::FailedPreconditionError(
        absl::StrCat(text, "; each live client needs a delivery.instance of its own"));
  }
  failure_ = std::move(status);
  return Verdict::kFatal;
}

void TransactionProducer::HandleReport(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR || IsPurged(message.err)) return;
  absl::Status failed =
      producer_->HandleFailure(*static_cast<BatchItem*>(message._private), message.err);
  if (failure_.ok() && !failed.ok() && IsFinal(failed)) failure_ = std::move(failed);
}

}  // namespace serin::stream
