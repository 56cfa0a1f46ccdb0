#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "stream-client/kafka/transaction.h"
#include "stream-client/pipeline/ports.h"
#include "stream-client/pipeline/wakeup.h"

namespace serin::stream {

struct TransactionLimits {
  // A transaction starts when so many records wait for it (all that wait go into it),
  size_t max_records = 1000;
  // or when its first batch has waited so long, or when nothing else can come.
  absl::Duration max_wait = absl::Milliseconds(100);
};

// The consumer's place in its group, now; null when it has lost it.
using GroupMetadataSource = std::function<KafkaGroupMetadata()>;

// Writes batches in transactions, together with the offsets that come after them: sink and
// committer at once. A transaction is opened only when the batches it holds are scored, and one is
// under way at a time, on a thread of its own. An aborted one is run again with the same results,
// without those of partitions that are forgotten meanwhile. Batches must come in the order they
// were read in. Its functions belong to one thread.
class TransactionSink final : public RecordSink, public OffsetCommitter {
 public:
  // All must outlive it.
  TransactionSink(TransactionLimits limits, std::unique_ptr<TransactionProducer> producer,
                  GroupMetadataSource group, Wakeup& wakeup, const Clock& clock);
  // Aborts what is under way.
  ~TransactionSink() override;

  // Registers the producer, and aborts what an earlier life of it has left open; before the first
  // offset is read. UNAVAILABLE or DEADLINE_EXCEEDED: try again.
  absl::Status Init(absl::Duration timeout);

  void Write(std::unique_ptr<Batch> batch) override;
  void Flush() override { flush_ = true; }
  void Forget(const std::vector<TopicPartition>& partitions) override;
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override;

  // What Poll has returned is committed already.
  void CommitLater(const std::vector<PartitionOffset>&) override {}
  absl::Status CommitNow(const std::vector<PartitionOffset>&, absl::Duration) override {
    return absl::OkStatus();
  }

 private:
  struct Turn {
    TransactionWork work;
    absl::StatusOr<bool> committed = false;
  };

  void RunTurns();
  bool HasTurn() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return next_ != nullptr || closing_; }
  void CollectTurn();
  void TakeBack(TransactionWork work);
  void StartTurn();
  bool IsDue() const;
  void ReturnEmptyBatches();

  const TransactionLimits limits_;
  const std::unique_ptr<TransactionProducer> producer_;
  const GroupMetadataSource group_;
  Wakeup& wakeup_;
  const Clock& clock_;

  std::vector<std::unique_ptr<Batch>> pending_;
  size_t pending_records_ = 0;
  absl::Time oldest_ = absl::InfiniteFuture();  // when the first of them came
  bool flush_ = false;
  std::deque<std::unique_ptr<Batch>> done_;
  bool running_ = false;
  std::vector<TopicPartition> forgotten_;  // since the transaction under way began
  int aborts_ = 0;                         // in a row
  absl::Time not_before_ = absl::InfinitePast();
  absl::Status status_;
  bool started_ = false;

  absl::Mutex mutex_;
  std::unique_ptr<Turn> next_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Turn> finished_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace serin::stream
