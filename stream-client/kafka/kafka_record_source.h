#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "stream-client/kafka/connection_trouble.h"
#include "stream-client/kafka/end_offsets.h"
#include "stream-client/kafka/fetch_nudge.h"
#include "stream-client/kafka/kafka_queries.h"
#include "stream-client/kafka/kafka_settings.h"
#include "stream-client/kafka/partition_starts.h"
#include "stream-client/kafka/topic_selection.h"
#include "stream-client/kafka/transaction.h"
#include "stream-client/pipeline/ports.h"
#include "stream-client/pipeline/wakeup.h"

namespace serin::stream {

struct KafkaSourceOptions {
  TopicSelection topics;
  std::string group_id;
  StartPosition start;  // where the group has committed nothing
  NoTimestampMatch no_timestamp_match = NoTimestampMatch::kLatest;
};

// Reads topics, either as a member of its group or, up to the ends it has now, on its own with the
// group's offsets. Loops over rd_kafka_consumer_poll because the batch API of librdkafka 2.0.2
// skips offsets after pause, seek or rebalance. Belongs to one thread.
class KafkaRecordSource final : public RecordSource, public OffsetCommitter {
 public:
  // `wakeup` must outlive it; it is told when there is something to poll. Error: INVALID_ARGUMENT
  // for a property librdkafka refuses.
  static absl::StatusOr<std::unique_ptr<KafkaRecordSource>> Create(
      const KafkaConnection& connection, KafkaSourceOptions options, Wakeup& wakeup);
  ~KafkaRecordSource() override;

  // Whether the topics can be read. Blocks for at most `timeout` a question; NOT_FOUND: there is no
  // such topic; UNAUTHENTICATED: the brokers refuse our credentials, or are not to be trusted.
  absl::Status Probe(absl::Duration timeout);

  // One of these, once, before the first Poll. `listener` must stay until Close.
  absl::Status Subscribe(AssignmentListener& listener);
  // Takes all partitions from the committed offsets (or `start`) to their present ends. Blocks for
  // at most `timeout` a question.
  absl::Status AssignUpToNow(AssignmentListener& listener, absl::Duration timeout);

  absl::StatusOr<Event> Poll(Record& record) override;
  void SetPaused(bool paused) override;

  void CommitLater(const std::vector<PartitionOffset>& offsets) override;
  bool TakeFailure() override { return std::exchange(commit_failed_, false); }
  absl::Status CommitNow(const std::vector<PartitionOffset>& offsets,
                         absl::Duration timeout) override;

  // The end of a partition as the last fetch saw it; nullopt when it is not known yet.
  std::optional<int64_t> KnownEnd(const TopicPartition& partition) const;
  // Where the reading of a partition of which no record was read stands; nullopt when that is not
  // known yet.
  std::optional<int64_t> KnownStart(const TopicPartition& partition) const;

  // The place in the group that offsets in a transaction are checked against; null once the place
  // is lost. Partitions that are ours at this call are ours under this metadata.
  KafkaGroupMetadata GroupMetadata() const;

  // What the group has committed. Thread-safe, and not held up by Close().
  absl::StatusOr<std::vector<PartitionOffset>> Committed(
      const std::vector<TopicPartition>& partitions, absl::Duration timeout) const {
    return CommittedOffsets(consumer_.get(), partitions, timeout);
  }

  // Leaves the group, within five seconds; the listener hears of the revocation. Records that were
  // read stay valid until the source is destroyed, which must not happen before they are.
  void Close();

 private:
  KafkaRecordSource(KafkaSourceOptions options, Wakeup& wakeup)
      : options_(std::move(options)), wakeup_(wakeup) {}

  absl::Status Start(const KafkaConnection& connection);
  absl::StatusOr<Event> HandleError(const rd_kafka_message_t& message);
  void HandleCommit(rd_kafka_resp_err_t error);
  void HandleRebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t& partitions);
  void Assign(rd_kafka_topic_partition_list_t& partitions, bool incremental);
  void Revoke(rd_kafka_topic_partition_list_t& partitions, bool incremental);
  absl::Status AssignUpToEnds(const std::vector<PartitionOffset>& starts, absl::Duration timeout);
  // The failure of a question to the cluster, with why no broker could be reached.
  absl::Status Explain(const absl::Status& status);
  bool AllReached() const;
  EndOffsets& EndsOf(const rd_kafka_message_t& message);

  const KafkaSourceOptions options_;
  Wakeup& wakeup_;
  KafkaHandle consumer_;
  KafkaQueue queue_;
  std::unique_ptr<FetchNudge> nudge_;
  ConnectionTrouble trouble_;
  AssignmentListener* listener_ = nullptr;
  bool bounded_ = false;  // whether there are ends
  std::map<std::string, EndOffsets, std::less<>> ends_;
  absl::Status start_failure_;         // met in a rebalance
  std::set<TopicPartition> existing_;  // at the start
  bool paused_ = false;
  KafkaPartitions paused_partitions_;            // resuming one that is not paused could rewind it
  std::map<TopicPartition, OffsetRange> known_;  // starts and ends, where met
  bool commit_failed_ = false;
  bool closed_ = false;
  bool assigned_once_ = false;
  absl::Time reported_missing_ = absl::InfinitePast();
};

}  // namespace serin::stream
