#include "stream-client/kafka/transaction_sink.h"

#include <algorithm>
#include <map>
#include <utility>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"

namespace serin::stream {
namespace {

// A rebalance takes seconds and may cost several transactions.
constexpr int kMostAbortsInARow = 100;
constexpr absl::Duration kPauseAfterAbort = absl::Milliseconds(100);

// The end of each partition in the batches, which are in the order of reading.
std::vector<PartitionOffset> EndsOf(const std::vector<std::unique_ptr<Batch>>& batches) {
  std::map<TopicPartition, int64_t> ends;
  for (const std::unique_ptr<Batch>& batch : batches) {
    for (const PartitionSlice& slice : batch->slices) ends[slice.partition] = slice.next_offset;
  }
  std::vector<PartitionOffset> offsets;
  for (const auto& [partition, next] : ends) offsets.push_back({partition, next});
  return offsets;
}

}  // namespace

TransactionSink::TransactionSink(TransactionLimits limits,
                                 std::unique_ptr<TransactionProducer> producer,
                                 GroupMetadataSource group, Wakeup& wakeup, const Clock& clock)
    : limits_(limits),
      producer_(std::move(producer)),
      group_(std::move(group)),
      wakeup_(wakeup),
      clock_(clock),
      thread_([this] { RunTurns(); }) {}

TransactionSink::~TransactionSink() {
  producer_->Cancel();
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  thread_.join();
}

absl::Status TransactionSink::Init(absl::Duration timeout) {
  if (started_) return absl::OkStatus();
  absl::Status status = producer_->Init(timeout);
  started_ = status.ok();
  return status;
}

void TransactionSink::RunTurns() {
  while (true) {
    std::unique_ptr<Turn> turn;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &TransactionSink::HasTurn));
      if (closing_) return;
      turn = std::move(next_);
    }
    turn->committed = producer_->Run(turn->work);
    {
      absl::MutexLock lock(&mutex_);
      finished_ = std::move(turn);
    }
    wakeup_.Notify();
  }
}

void TransactionSink::Write(std::unique_ptr<Batch> batch) {
  if (pending_.empty()) oldest_ = clock_.Now();
  pending_records_ += batch->items.size();
  pending_.push_back(std::move(batch));
  StartTurn();
}

void TransactionSink::Forget(const std::vector<TopicPartition>& partitions) {
  if (running_) {
    forgotten_.insert(forgotten_.end(), partitions.begin(), partitions.end());
    producer_->GiveUp();
  }
  for (std::unique_ptr<Batch>& batch : pending_) {
    for (const TopicPartition& partition : partitions) batch->Drop(partition);
  }
  ReturnEmptyBatches();
}

void TransactionSink::ReturnEmptyBatches() {
  pending_records_ = 0;
  for (std::unique_ptr<Batch>& batch : pending_) {
    pending_records_ += batch->items.size();
    if (batch->items.empty()) done_.push_back(std::move(batch));
  }
  std::erase(pending_, nullptr);
}

absl::StatusOr<std::unique_ptr<Batch>> TransactionSink::Poll() {
  CollectTurn();
  if (!status_.ok()) return status_;
  StartTurn();
  if (done_.empty()) return nullptr;
  std::unique_ptr<Batch> batch = std::move(done_.front());
  done_.pop_front();
  return batch;
}

void TransactionSink::CollectTurn() {
  std::unique_ptr<Turn> turn;
  {
    absl::MutexLock lock(&mutex_);
    turn = std::move(finished_);
  }
  if (turn == nullptr) return;
  running_ = false;
  if (!turn->committed.ok()) {
    status_ = turn->committed.status();
  } else if (*turn->committed) {
    aborts_ = 0;
    for (std::unique_ptr<Batch>& batch : turn->work.batches) done_.push_back(std::move(batch));
  } else {
    TakeBack(std::move(turn->work));
  }
  forgotten_.clear();
}

void TransactionSink::TakeBack(TransactionWork work) {
  if (++aborts_ >= kMostAbortsInARow) {
    status_ = absl::AbortedError(absl::StrCat(aborts_, " transactions aborted in a row"));
    return;
  }
  spdlog::warn("kafka: a transaction was aborted and is run again");
  not_before_ = clock_.Now() + kPauseAfterAbort;
  oldest_ = absl::InfinitePast();
  for (auto batch = work.batches.rbegin(); batch != work.batches.rend(); ++batch) {
    for (const TopicPartition& partition : forgotten_) (*batch)->Drop(partition);
    pending_.insert(pending_.begin(), std::move(*batch));
  }
  ReturnEmptyBatches();
}

bool TransactionSink::IsDue() const {
  const absl::Time now = clock_.Now();
  if (!status_.ok() || running_ || pending_.empty() || now < not_before_) return false;
  return flush_ || pending_records_ >= limits_.max_records || now - oldest_ >= limits_.max_wait;
}

void TransactionSink::StartTurn() {
  if (!IsDue()) return;
  KafkaGroupMetadata group = group_();
  if (group == nullptr) return;  // the revocation is on its way
  auto turn = std::make_unique<Turn>();
  turn->work.batches = std::exchange(pending_, {});
  pending_records_ = 0;
  flush_ = false;
  turn->work.offsets = EndsOf(turn->work.batches);
  turn->work.group = std::move(group);
  running_ = true;
  producer_->Renew();
  absl::MutexLock lock(&mutex_);
  next_ = std::move(turn);
}

}  // namespace serin::stream
