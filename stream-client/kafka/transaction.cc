#include "stream-client/kafka/transaction.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/milliseconds.h"
#include "stream-client/kafka/kafka_queries.h"

namespace serin::stream {
namespace {

// One call; it is repeated, so this only bounds how long Cancel waits.
constexpr int kCallMs = 500;
constexpr absl::Duration kQuestionTimeout = absl::Milliseconds(kCallMs);
constexpr int kPauseMs = 100;
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

// How long a transaction may last before the broker ends it.
std::chrono::milliseconds TransactionTimeout(rd_kafka_t* producer) {
  std::array<char, 32> value{};
  size_t size = value.size();
  rd_kafka_conf_get(rd_kafka_conf(producer), "transaction.timeout.ms", value.data(), &size);
  return std::chrono::milliseconds(std::atoi(value.data()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TransactionProducer>> TransactionProducer::Create(
    KafkaConnection connection, KafkaSinkTopics topics, std::string transactional_id,
    CommittedSource committed) {
  std::unique_ptr<TransactionProducer> made(new TransactionProducer(
      std::move(connection), std::move(topics), std::move(transactional_id), std::move(committed)));
  SERIN_RETURN_IF_ERROR(made->Open());
  return made;
}

absl::Status TransactionProducer::Open() {
  SERIN_ASSIGN_OR_RETURN(KafkaConf conf,
                         ProducerConf(connection_, {{"transactional.id", transactional_id_}}));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(),
                              [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                static_cast<TransactionProducer*>(self)->HandleReport(*message);
                              });
  producer_.reset();
  SERIN_ASSIGN_OR_RETURN(producer_, RecordProducer::Create(std::move(conf), topics_));
  return absl::OkStatus();
}

absl::Status TransactionProducer::Init(absl::Duration timeout) {
  KafkaError error(rd_kafka_init_transactions(producer_->handle(), ToMilliseconds(timeout)));
  if (error == nullptr) return absl::OkStatus();
  const std::string what = absl::StrCat("transactional.id ", transactional_id_, ": ",
                                        rd_kafka_error_string(error.get()));
  if (rd_kafka_error_is_retriable(error.get())) return absl::UnavailableError(what);
  absl::Status status = KafkaStatus(rd_kafka_error_code(error.get()), what);
  return IsFinal(status) ? status : absl::FailedPreconditionError(what);
}

absl::StatusOr<bool> TransactionProducer::Run(TransactionWork& work) {
  failure_ = absl::OkStatus();
  fenced_ = false;
  refused_.clear();
  const auto began = std::chrono::steady_clock::now();
  bool committing = false;
  Verdict verdict = TryToCommit(work, committing);
  if (verdict == Verdict::kDone) return true;
  if (verdict == Verdict::kAbort) {
    committing = false;
    verdict = Persist(
        "abort", [this](int ms) { return rd_kafka_abort_transaction(producer_->handle(), ms); });
  }
  if (verdict == Verdict::kFatal && !cancelled_ && MayGoBetterAnew(began)) {
    return Replace(work, committing);
  }
  if (fenced_) {
    return absl::FailedPreconditionError(absl::StrCat(
        failure_.message(), "; each live client needs a delivery.instance of its own"));
  }
  if (!failure_.ok()) return failure_;
  return SettleRefusals();
}

absl::StatusOr<bool> TransactionProducer::SettleRefusals() {
  const RefusalVerdict verdict =
      JudgeRefusals(std::exchange(refused_, {}), producer_->batch_bytes());
  for (const Refusal& refusal : verdict.lone) {
    SERIN_RETURN_IF_ERROR(producer_->HandleFailure(
        *static_cast<BatchItem*>(refusal.opaque), static_cast<rd_kafka_resp_err_t>(refusal.error)));
  }
  if (verdict.together.empty() || cancelled_) return false;
  LimitMessageSets(connection_, verdict.batch_bytes);
  SERIN_RETURN_IF_ERROR(Open());
  SERIN_RETURN_IF_ERROR(Insist([this] { return Init(kQuestionTimeout); }));
  return false;
}

TransactionProducer::Verdict TransactionProducer::TryToCommit(TransactionWork& work,
                                                              bool& committing) {
  rd_kafka_t* const handle = producer_->handle();
  Verdict verdict = Persist("begin", [&](int) { return rd_kafka_begin_transaction(handle); });
  if (verdict == Verdict::kDone) verdict = Send(work);
  if (verdict == Verdict::kDone) verdict = SendOffsets(work);
  if (verdict != Verdict::kDone) return verdict;
  // From here on the broker keeps others from reading the offsets until the commit is done.
  if (given_up_) return Verdict::kAbort;
  committing = true;
  return Persist("commit", [&](int ms) { return rd_kafka_commit_transaction(handle, ms); });
}

bool TransactionProducer::MayGoBetterAnew(std::chrono::steady_clock::time_point began) const {
  if (!fenced_) return !IsFinal(failure_);
  return std::chrono::steady_clock::now() - began >= TransactionTimeout(producer_->handle());
}

absl::StatusOr<bool> TransactionProducer::Replace(const TransactionWork& work, bool committing) {
  spdlog::warn("kafka: {}; another producer takes its place", std::string(failure_.message()));
  failure_ = absl::OkStatus();
  SERIN_RETURN_IF_ERROR(Open());
  SERIN_RETURN_IF_ERROR(Insist([this] { return Init(kQuestionTimeout); }));
  if (!committing) return false;
  // The commit may have been carried out: the offsets are a part of the transaction, so they tell.
  bool committed = false;
  SERIN_RETURN_IF_ERROR(Insist([&] {
    absl::StatusOr<bool> answer = IsCommitted(work);
    committed = answer.value_or(false);
    return answer.status();
  }));
  return committed;
}

absl::StatusOr<bool> TransactionProducer::IsCommitted(const TransactionWork& work) {
  std::vector<TopicPartition> partitions;
  for (const PartitionOffset& offset : work.offsets) partitions.push_back(offset.partition);
  SERIN_ASSIGN_OR_RETURN(const std::vector<PartitionOffset> committed,
                         committed_(partitions, kQuestionTimeout));
  for (size_t i = 0; i < committed.size(); ++i) {
    if (committed[i].next_offset < work.offsets[i].next_offset) return false;
  }
  return true;
}

template <typename Call>
absl::Status TransactionProducer::Insist(Call call) {
  while (true) {
    absl::Status status = call();
    if (status.ok() || IsFinal(status) || cancelled_) return status;
    rd_kafka_poll(producer_->handle(), kPauseMs);
  }
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
  fenced_ = rd_kafka_error_code(&error) == RD_KAFKA_RESP_ERR__FENCED;
  failure_ = std::move(status);
  return Verdict::kFatal;
}

void TransactionProducer::HandleReport(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR || IsPurged(message.err)) return;
  if (RecordProducer::IsRefusal(message.err)) {
    refused_.push_back(RecordProducer::ToRefusal(message));
    return;
  }
  absl::Status failed =
      producer_->HandleFailure(*static_cast<BatchItem*>(message._private), message.err);
  if (failure_.ok() && !failed.ok() && IsFinal(failed)) failure_ = std::move(failed);
}

}  // namespace serin::stream
