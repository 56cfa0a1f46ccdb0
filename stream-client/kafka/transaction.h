#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/kafka/record_producer.h"
#include "stream-client/pipeline/batch.h"

namespace serin::stream {

using KafkaGroupMetadata = std::unique_ptr<
    rd_kafka_consumer_group_metadata_t,
    KafkaDeleter<rd_kafka_consumer_group_metadata_t, rd_kafka_consumer_group_metadata_destroy>>;

// What one transaction holds: results and dead letters, and the offsets that come after them.
struct TransactionWork {
  std::vector<std::unique_ptr<Batch>> batches;
  std::vector<PartitionOffset> offsets;
  // As it was when the partitions of `offsets` were seen to be ours: brokers refuse the offsets
  // when the group has gone on since.
  KafkaGroupMetadata group;
};

// What the group has committed for each of the partitions, in their order; as CommittedOffsets().
using CommittedSource = std::function<absl::StatusOr<std::vector<PartitionOffset>>(
    const std::vector<TopicPartition>& partitions, absl::Duration timeout)>;

// A producer whose records and offsets become visible together or not at all. Its calls block; it
// belongs to one thread, apart from Cancel.
//
// Errors of librdkafka are of three kinds and are met so: retriable: the same call again, with the
// same arguments; abortable: the transaction is aborted and Run answers false; fatal, or of no kind
// (librdkafka's advice): its producer is of no more use. If another transaction may go better (a
// broker that restarts can leave the two of them with different views of a transaction), it is
// replaced by one of the same id, which ends what was open; otherwise Run answers with the error.
// To be fenced means that another client has taken the id, unless the transaction had lasted longer
// than transaction.timeout.ms: then it may be the broker who has ended it (KIP-588).
class TransactionProducer {
 public:
  // `transactional_id` must be the same after a restart (what the last life left open is then
  // aborted at once) and never that of another live instance. Error: INVALID_ARGUMENT for a
  // property librdkafka refuses.
  static absl::StatusOr<std::unique_ptr<TransactionProducer>> Create(KafkaConnection connection,
                                                                     KafkaSinkTopics topics,
                                                                     std::string transactional_id,
                                                                     CommittedSource committed);

  // Registers the id; once, before Run. UNAVAILABLE or DEADLINE_EXCEEDED: try again.
  absl::Status Init(absl::Duration timeout);

  // One whole transaction. True: committed. False: aborted, the work may be run again; a result the
  // broker refuses for what it is (by itself, not as a part of a message set) has become a dead
  // letter meanwhile.
  absl::StatusOr<bool> Run(TransactionWork& work);

  // Ends a Run that waits for brokers. Thread-safe.
  void Cancel() { cancelled_ = true; }

  // The partitions of the transaction under way have gone: it is aborted, unless its commit has
  // begun already. (Brokers do not always refuse its offsets: a member that comes back to a group
  // that has not gone on keeps its generation, and reads again from before them.) Thread-safe.
  void GiveUp() { given_up_ = true; }
  // The next Run has partitions that are ours.
  void Renew() { given_up_ = false; }

 private:
  enum class Verdict { kDone, kAbort, kFatal };

  TransactionProducer(KafkaConnection connection, KafkaSinkTopics topics,
                      std::string transactional_id, CommittedSource committed)
      : connection_(std::move(connection)),
        topics_(std::move(topics)),
        transactional_id_(std::move(transactional_id)),
        committed_(std::move(committed)) {}

  absl::Status Open();
  Verdict TryToCommit(TransactionWork& work, bool& committing);
  Verdict Send(TransactionWork& work);
  Verdict SendItem(BatchItem& item);
  Verdict SendOffsets(const TransactionWork& work);
  // `give_up`: when to abort instead of trying again.
  template <typename Call>
  Verdict Persist(const char* what, Call call, const std::atomic<bool>* give_up = nullptr);
  Verdict Judge(const char* what, const rd_kafka_error_t& error);
  void HandleReport(const rd_kafka_message_t& message);
  // After an abort: refused results become dead letters, or another producer with smaller message
  // sets takes this one's place. Answers as Run.
  absl::StatusOr<bool> SettleRefusals();

  // After a fatal error of a transaction that began then.
  bool MayGoBetterAnew(std::chrono::steady_clock::time_point began) const;
  // After an error that is the producer's end: another one takes its place. Answers as Run.
  absl::StatusOr<bool> Replace(const TransactionWork& work, bool committing);
  absl::StatusOr<bool> IsCommitted(const TransactionWork& work);
  // Calls until the answer is another than that trying again may help.
  template <typename Call>
  absl::Status Insist(Call call);

  KafkaConnection connection_;
  const KafkaSinkTopics topics_;
  const std::string transactional_id_;
  const CommittedSource committed_;
  std::optional<RecordProducer> producer_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> given_up_ = false;
  absl::Status failure_;          // of this Run, when it is final
  bool fenced_ = false;           // whether that is the failure
  std::vector<Refusal> refused_;  // in this Run
};

}  // namespace serin::stream
