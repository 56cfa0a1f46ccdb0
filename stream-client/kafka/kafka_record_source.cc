#include "stream-client/kafka/kafka_record_source.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "common/time/milliseconds.h"
#include "stream-client/kafka/group_membership.h"
#include "stream-client/kafka/kafka_queries.h"
#include "stream-client/kafka/kafka_records.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kReportInterval = absl::Seconds(10);
// Of a question asked within a rebalance.
constexpr absl::Duration kStartTimeout = absl::Seconds(5);

bool IsFinal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaRecordSource>> KafkaRecordSource::Create(
    const KafkaConnection& connection, KafkaSourceOptions options, Wakeup& wakeup) {
  std::unique_ptr<KafkaRecordSource> source(new KafkaRecordSource(std::move(options), wakeup));
  SERIN_RETURN_IF_ERROR(source->Start(connection));
  return source;
}

absl::Status KafkaRecordSource::Start(const KafkaConnection& connection) {
  SERIN_ASSIGN_OR_RETURN(
      KafkaConf conf,
      ConsumerConf(connection, {
                                   {"group.id", options_.group_id},
                                   {"auto.offset.reset", options_.start.ResetPolicy()},
                                   {"enable.partition.eof", "true"},
                               }));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_error_cb(conf.get(),
                             [](rd_kafka_t*, int error, const char* reason, void* self) {
                               static_cast<KafkaRecordSource*>(self)->trouble_.Note(
                                   static_cast<rd_kafka_resp_err_t>(error), reason, absl::Now());
                             });
  rd_kafka_conf_set_offset_commit_cb(
      conf.get(), [](rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*,
                     void* self) { static_cast<KafkaRecordSource*>(self)->HandleCommit(error); });
  rd_kafka_conf_set_rebalance_cb(
      conf.get(), [](rd_kafka_t*, rd_kafka_resp_err_t code,
                     rd_kafka_topic_partition_list_t* partitions, void* self) {
        static_cast<KafkaRecordSource*>(self)->HandleRebalance(code, *partitions);
      });
  SERIN_ASSIGN_OR_RETURN(consumer_, NewKafka(RD_KAFKA_CONSUMER, std::move(conf)));
  rd_kafka_poll_set_consumer(consumer_.get());
  queue_.reset(rd_kafka_queue_get_consumer(consumer_.get()));
  rd_kafka_queue_cb_event_enable(
      queue_.get(), [](rd_kafka_t*, void* wakeup) { static_cast<Wakeup*>(wakeup)->Notify(); },
      &wakeup_);
  nudge_ = std::make_unique<FetchNudge>(consumer_.get());
  return absl::OkStatus();
}

KafkaRecordSource::~KafkaRecordSource() {
  Close();
  if (consumer_ != nullptr && !MayBeDestroyed(consumer_.get(), assigned_once_)) {
    (void)consumer_.release();
  }
}

void KafkaRecordSource::Close() {
  if (consumer_ == nullptr || std::exchange(closed_, true)) return;
  nudge_ = nullptr;
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
  LeaveGroup(consumer_.get(), [this](rd_kafka_resp_err_t code, auto& partitions) {
    HandleRebalance(code, partitions);
  });
  queue_.reset();
}

absl::Status KafkaRecordSource::Probe(absl::Duration timeout) {
  trouble_.Forget();
  const auto found = FindPartitions(consumer_.get(), options_.topics, timeout);
  if (found.ok()) existing_ = {found->begin(), found->end()};
  return Explain(found.status());
}

absl::Status KafkaRecordSource::Explain(const absl::Status& status) {
  if (status.ok()) return status;
  // Serves the error callback; nothing is assigned yet.
  while (KafkaMessage(rd_kafka_consumer_poll(consumer_.get(), 0)) != nullptr) {
  }
  return trouble_.Explain(status);
}

absl::Status KafkaRecordSource::Subscribe(AssignmentListener& listener) {
  listener_ = &listener;
  KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
  for (const std::string& part : options_.topics.parts()) {
    rd_kafka_topic_partition_list_add(topics.get(), part.c_str(), RD_KAFKA_PARTITION_UA);
  }
  return KafkaStatus(rd_kafka_subscribe(consumer_.get(), topics.get()), "subscribe");
}

absl::Status KafkaRecordSource::AssignUpToNow(AssignmentListener& listener,
                                              absl::Duration timeout) {
  const auto partitions = FindPartitions(consumer_.get(), options_.topics, timeout);
  if (!partitions.ok()) return Explain(partitions.status());
  SERIN_ASSIGN_OR_RETURN(const std::vector<PartitionOffset> found,
                         FindStarts(consumer_.get(), *partitions, options_.start,
                                    options_.no_timestamp_match, timeout));
  SERIN_RETURN_IF_ERROR(AssignUpToEnds(found, timeout));
  listener_ = &listener;
  listener.OnAssigned(*partitions);
  bounded_ = true;
  return absl::OkStatus();
}

absl::Status KafkaRecordSource::AssignUpToEnds(const std::vector<PartitionOffset>& starts,
                                               absl::Duration timeout) {
  std::vector<PartitionOffset> assigned;
  std::vector<PartitionOffset> at_end;  // see ApplyStarts
  ends_.clear();
  for (const PartitionOffset& found : starts) {
    const auto& [topic, partition] = found.partition;
    SERIN_ASSIGN_OR_RETURN(const OffsetRange range,
                           PartitionRange(consumer_.get(), topic, partition, timeout));
    assigned.push_back({found.partition, StartWithin(found, options_.start, range)});
    ends_[topic].Expect(partition, assigned.back().next_offset, range.end);
    known_[found.partition] = {assigned.back().next_offset, range.end};
    const bool latest = options_.start.kind == StartPosition::Kind::kLatest;
    if (latest && found.next_offset < 0) at_end.push_back(assigned.back());
  }
  if (!at_end.empty()) CommitNow(at_end, timeout).IgnoreError();
  return KafkaStatus(rd_kafka_assign(consumer_.get(), NewPartitionList(assigned).get()), "assign");
}

bool KafkaRecordSource::AllReached() const {
  return bounded_ && std::all_of(ends_.begin(), ends_.end(),
                                 [](const auto& entry) { return entry.second.AllReached(); });
}

EndOffsets& KafkaRecordSource::EndsOf(const rd_kafka_message_t& message) {
  return ends_.find(std::string_view(rd_kafka_topic_name(message.rkt)))->second;
}

absl::StatusOr<RecordSource::Event> KafkaRecordSource::Poll(Record& record) {
  while (true) {
    if (AllReached()) return Event::kEnd;
    KafkaMessage message(rd_kafka_consumer_poll(consumer_.get(), 0));
    if (!start_failure_.ok()) return start_failure_;
    if (message == nullptr) return Event::kIdle;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (bounded_) EndsOf(*message).OnPartitionEnd(message->partition, message->offset);
      known_.try_emplace({rd_kafka_topic_name(message->rkt), message->partition},
                         OffsetRange{message->offset, message->offset});
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return HandleError(*message);
    if (bounded_ && !EndsOf(*message).OnRecord(message->partition, message->offset)) continue;
    nudge_->OnRecord();
    record = ToRecord(std::move(message));
    return Event::kRecord;
  }
}

absl::StatusOr<RecordSource::Event> KafkaRecordSource::HandleError(
    const rd_kafka_message_t& message) {
  const std::string text = rd_kafka_message_errstr(&message);
  if (IsFinal(message.err)) return KafkaStatus(message.err, absl::StrCat("reading: ", text));
  if (const absl::Time now = absl::Now(); now - reported_missing_ >= kReportInterval) {
    spdlog::warn("kafka: waiting: {}", text);
    reported_missing_ = now;
  }
  return Event::kIdle;
}

void KafkaRecordSource::SetPaused(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  if (paused) {
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(consumer_.get(), &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    paused_partitions_.reset(assigned);
    rd_kafka_pause_partitions(consumer_.get(), assigned);
  } else if (paused_partitions_ != nullptr) {
    rd_kafka_resume_partitions(consumer_.get(), paused_partitions_.get());
    paused_partitions_ = nullptr;
  }
}

void KafkaRecordSource::HandleRebalance(rd_kafka_resp_err_t code,
                                        rd_kafka_topic_partition_list_t& partitions) {
  const bool incremental = IsCooperative(consumer_.get());
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    Assign(partitions, incremental);
  } else {
    Revoke(partitions, incremental);
  }
}

void KafkaRecordSource::Assign(rd_kafka_topic_partition_list_t& partitions, bool incremental) {
  spdlog::info("kafka: assigned {}", Describe(partitions));
  assigned_once_ = true;
  const auto chosen = ApplyStarts(consumer_.get(), options_.start, options_.no_timestamp_match,
                                  existing_, kStartTimeout, partitions);
  start_failure_.Update(chosen.status());
  if (listener_ != nullptr) listener_->OnAssigned(ToTopicPartitions(partitions));
  if (incremental) {
    LogError("assign", rd_kafka_incremental_assign(consumer_.get(), &partitions));
  } else {
    rd_kafka_assign(consumer_.get(), &partitions);
  }
  if (chosen.ok() && !chosen->empty()) CommitNow(*chosen, kStartTimeout).IgnoreError();
  // A new assignment starts unpaused.
  if (std::exchange(paused_, false)) SetPaused(true);
}

void KafkaRecordSource::Revoke(rd_kafka_topic_partition_list_t& partitions, bool incremental) {
  const bool lost = rd_kafka_assignment_lost(consumer_.get()) != 0;
  spdlog::info("kafka: {} {}", lost ? "lost" : "revoked", Describe(partitions));
  const std::vector<TopicPartition> gone = ToTopicPartitions(partitions);
  if (listener_ != nullptr) listener_->OnRevoked(gone, lost);
  for (const TopicPartition& partition : gone) known_.erase(partition);
  if (paused_partitions_ != nullptr) {
    for (int i = 0; i < partitions.cnt; ++i) {
      rd_kafka_topic_partition_list_del(paused_partitions_.get(), partitions.elems[i].topic,
                                        partitions.elems[i].partition);
    }
  }
  if (incremental) {
    LogError("unassign", rd_kafka_incremental_unassign(consumer_.get(), &partitions));
  } else {
    rd_kafka_assign(consumer_.get(), nullptr);
  }
}

void KafkaRecordSource::CommitLater(const std::vector<PartitionOffset>& offsets) {
  const rd_kafka_resp_err_t error =
      rd_kafka_commit(consumer_.get(), NewPartitionList(offsets).get(), /*async=*/1);
  HandleCommit(error);
}

void KafkaRecordSource::HandleCommit(rd_kafka_resp_err_t error) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  spdlog::warn("kafka: commit failed and is tried again: {}", rd_kafka_err2str(error));
  commit_failed_ = true;
}

absl::Status KafkaRecordSource::CommitNow(const std::vector<PartitionOffset>& offsets,
                                          absl::Duration timeout) {
  KafkaQueue answers(rd_kafka_queue_new(consumer_.get()));
  SERIN_RETURN_IF_ERROR(
      KafkaStatus(rd_kafka_commit_queue(consumer_.get(), NewPartitionList(offsets).get(),
                                        answers.get(), nullptr, nullptr),
                  "commit"));
  KafkaEvent answer(rd_kafka_queue_poll(answers.get(), ToMilliseconds(timeout)));
  const rd_kafka_resp_err_t error =
      answer == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(answer.get());
  absl::Status status = KafkaStatus(error, "commit");
  if (!status.ok()) spdlog::warn("kafka: {}; these records will be read again", status.ToString());
  return status;
}

KafkaGroupMetadata KafkaRecordSource::GroupMetadata() const {
  KafkaGroupMetadata group(rd_kafka_consumer_group_metadata(consumer_.get()));
  // Asked for after the metadata: a place lost before it was taken gives metadata without a
  // generation, which brokers do not check.
  return rd_kafka_assignment_lost(consumer_.get()) ? nullptr : std::move(group);
}

std::optional<int64_t> KafkaRecordSource::KnownEnd(const TopicPartition& partition) const {
  int64_t first = 0;
  int64_t end = RD_KAFKA_OFFSET_INVALID;
  rd_kafka_get_watermark_offsets(consumer_.get(), partition.topic.c_str(), partition.partition,
                                 &first, &end);
  if (end >= 0) return end;
  const auto known = known_.find(partition);
  return known == known_.end() ? std::nullopt : std::optional(known->second.end);
}

std::optional<int64_t> KafkaRecordSource::KnownStart(const TopicPartition& partition) const {
  const auto known = known_.find(partition);
  return known == known_.end() ? std::nullopt : std::optional(known->second.first);
}

}  // namespace serin::stream
