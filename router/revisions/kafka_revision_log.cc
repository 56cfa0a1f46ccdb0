#include "router/revisions/kafka_revision_log.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "common/time/milliseconds.h"
#include "router/revisions/kafka_topic.h"
#include "router/revisions/revision_json.h"

namespace serin::router {
namespace {

constexpr char kProposalHeader[] = "serin-proposal";
constexpr int kPollMs = 100;
constexpr int kBrokerLookMs = 500;

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

absl::Status Unavailable(std::string_view what, rd_kafka_resp_err_t error) {
  return absl::UnavailableError(absl::StrCat(AbslView(what), ": ", rd_kafka_err2str(error)));
}

std::string NewProposalName() {
  std::random_device random;
  return absl::StrFormat("%08x%08x%08x", random(), random(), random());
}

std::string ProposalOf(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, kProposalHeader, &value, &size) !=
          RD_KAFKA_RESP_ERR_NO_ERROR) {
    return "";
  }
  return {static_cast<const char*>(value), size};
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaRevisionLog>> KafkaRevisionLog::Open(
    const v1::config::KafkaRevisionLogConfig& config) {
  auto log = std::unique_ptr<KafkaRevisionLog>(new KafkaRevisionLog(config));
  // A proposal that waits longer is given up, so that a refused change does not come back.
  const std::string timeout = absl::StrCat(ToMilliseconds(log->timeout_));
  SERIN_ASSIGN_OR_RETURN(log->producer_,
                         log->Connect(RD_KAFKA_PRODUCER, {{"enable.idempotence", "true"},
                                                          {"linger.ms", "0"},
                                                          {"message.timeout.ms", timeout}}));
  SERIN_ASSIGN_OR_RETURN(log->consumer_,
                         log->Connect(RD_KAFKA_CONSUMER, {{"group.id", "serin-router"},
                                                          {"enable.auto.commit", "false"},
                                                          {"fetch.wait.max.ms", "100"},
                                                          {"reconnect.backoff.max.ms", "1000"}}));
  rd_kafka_poll_set_consumer(log->consumer_.get());
  SERIN_RETURN_IF_ERROR(EnsureOnePartitionTopic(log->producer_.get(), log->topic_, log->timeout_));
  SERIN_RETURN_IF_ERROR(log->CatchUp());
  return log;
}

KafkaRevisionLog::KafkaRevisionLog(const v1::config::KafkaRevisionLogConfig& config)
    : brokers_(config.brokers()),
      topic_(config.topic()),
      timeout_(ConfigDuration(config.timeout())),
      properties_(config.properties().begin(), config.properties().end()) {}

KafkaRevisionLog::~KafkaRevisionLog() {
  stopping_.store(true);
  if (reader_.joinable()) reader_.join();
  if (consumer_ != nullptr) rd_kafka_consumer_close(consumer_.get());
}

absl::StatusOr<KafkaRevisionLog::Client> KafkaRevisionLog::Connect(
    rd_kafka_type_t type, const std::map<std::string, std::string>& own) {
  std::map<std::string, std::string> all = properties_;
  all["bootstrap.servers"] = brokers_;
  for (const auto& [key, value] : own) all[key] = value;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> fault{};
  for (const auto& [key, value] : all) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), fault.data(), fault.size()) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError(
          absl::StrCat("revision_log.kafka.properties.", key, ": ", fault.data()));
    }
  }
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_error_cb(conf, OnError);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  rd_kafka_t* const client = rd_kafka_new(type, conf, fault.data(), fault.size());
  if (client == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::InvalidArgumentError(absl::StrCat("revision_log.kafka: ", fault.data()));
  }
  return Client(client);
}

absl::Status KafkaRevisionLog::CatchUp() {
  const absl::Time limit = absl::Now() + timeout_;
  int64_t first = 0;
  int64_t end = 0;
  const rd_kafka_resp_err_t asked = rd_kafka_query_watermark_offsets(
      consumer_.get(), topic_.c_str(), 0, &first, &end, ToMilliseconds(timeout_));
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unavailable(absl::StrCat("the end of topic ", topic_, " at ", brokers_), asked);
  }
  rd_kafka_topic_partition_list_t* const all = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(all, topic_.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer_.get(), all);
  rd_kafka_topic_partition_list_destroy(all);
  reader_ = std::thread([this] { Read(); });
  while (position_.load() < end) {
    if (absl::Now() > limit) {
      return absl::UnavailableError(absl::StrCat("topic ", topic_, ": read to ", position_.load(),
                                                 " of ", end, " within ",
                                                 absl::FormatDuration(timeout_)));
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
  return absl::OkStatus();
}

void KafkaRevisionLog::Read() {
  while (!stopping_.load()) {
    rd_kafka_poll(producer_.get(), 0);
    const Message message(rd_kafka_consumer_poll(consumer_.get(), kPollMs));
    if (message == nullptr) {
      LookForBroker();
      continue;
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      OnMessage(*message);
      position_.store(message->offset + 1);
    } else {
      OnReadError(*message);
    }
  }
}

void KafkaRevisionLog::LookForBroker() {
  if (Health().ok()) return;
  int64_t first = 0;
  int64_t end = 0;
  const rd_kafka_resp_err_t asked = rd_kafka_query_watermark_offsets(
      consumer_.get(), topic_.c_str(), 0, &first, &end, kBrokerLookMs);
  // Up again only once everything that was missed has been read.
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR || position_.load() < end) return;
  absl::MutexLock lock(&mutex_);
  health_ = absl::OkStatus();
}

void KafkaRevisionLog::OnReadError(const rd_kafka_message_t& message) {
  spdlog::warn("revision log, topic {}: {}", topic_, rd_kafka_message_errstr(&message));
}

void KafkaRevisionLog::OnMessage(const rd_kafka_message_t& message) {
  const std::string_view json(static_cast<const char*>(message.payload), message.len);
  absl::StatusOr<Revision> revision = RevisionFromJson(json);
  if (!revision.ok()) return Skip(message.offset, StdView(revision.status().message()));
  if (revision->route.empty() || revision->number == 0) {
    return Skip(message.offset, "expected a route and a revision of at least 1");
  }
  Accept(*std::move(revision), ProposalOf(message));
}

void KafkaRevisionLog::Skip(int64_t offset, std::string_view why) {
  skipped_.fetch_add(1);
  spdlog::warn("revision log, topic {}, offset {}: passed over, this is no revision: {}", topic_,
               offset, why);
}

void KafkaRevisionLog::Accept(Revision revision, const std::string& proposal) {
  bool accepted = false;
  {
    absl::MutexLock lock(&mutex_);
    uint64_t& last = last_number_[revision.route];
    accepted = revision.number == last + 1;
    if (accepted) {
      last = revision.number;
      accepted_.push_back(std::move(revision));
    }
  }
  // Before the proposer hears of it, so that its next request sees the revision.
  if (accepted) Deliver();
  absl::MutexLock lock(&mutex_);
  const auto own = proposals_.find(proposal);
  if (own != proposals_.end()) own->second = accepted ? Fate::kAccepted : Fate::kTooLate;
}

void KafkaRevisionLog::Deliver() {
  absl::MutexLock delivering(&delivery_mutex_);
  if (listener_ == nullptr) return;
  for (;; ++delivered_) {
    Revision next;
    {
      absl::MutexLock lock(&mutex_);
      if (delivered_ == accepted_.size()) return;
      next = accepted_[delivered_];
    }
    if (const absl::Status used = listener_(next); !used.ok()) {
      spdlog::error("revision {} of route {} cannot be used here: {}", next.number, next.route,
                    std::string(used.message()));
    }
  }
}

absl::StatusOr<std::vector<Revision>> KafkaRevisionLog::ReadAll() {
  absl::MutexLock lock(&mutex_);
  return accepted_;
}

void KafkaRevisionLog::Follow(Listener listener) {
  {
    absl::MutexLock delivering(&delivery_mutex_);
    listener_ = std::move(listener);
    delivered_ = 0;
  }
  Deliver();
}

absl::Status KafkaRevisionLog::Health() const {
  absl::MutexLock lock(&mutex_);
  return health_;
}

absl::Status KafkaRevisionLog::Append(const Revision& revision) {
  const std::string proposal = NewProposalName();
  {
    absl::MutexLock lock(&mutex_);
    SERIN_RETURN_IF_ERROR(health_);
    proposals_[proposal] = Fate::kPending;
  }
  SERIN_RETURN_IF_ERROR(Produce(revision, proposal));
  absl::MutexLock lock(&mutex_);
  const auto is_settled = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return proposals_.at(proposal) != Fate::kPending;
  };
  // The delivery report comes within the timeout, the reader sees the record soon after it.
  mutex_.AwaitWithTimeout(absl::Condition(&is_settled), timeout_ + absl::Seconds(2));
  const Fate fate = proposals_.extract(proposal).mapped();
  if (fate == Fate::kAccepted) return absl::OkStatus();
  if (fate == Fate::kTooLate) return absl::AbortedError("another revision came first");
  health_ = absl::UnavailableError(absl::StrCat("topic ", topic_, " at ", brokers_));
  return absl::UnavailableError(absl::StrCat(
      "Kafka did not confirm revision ", revision.number, " in topic ", topic_, " within ",
      absl::FormatDuration(timeout_), "; it is not known whether it will come, look at the route"));
}

absl::Status KafkaRevisionLog::Produce(const Revision& revision, const std::string& proposal) {
  const std::string json = RevisionToJson(revision);
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0),
                        RD_KAFKA_V_KEY(revision.route.data(), revision.route.size()),
                        RD_KAFKA_V_VALUE(const_cast<char*>(json.data()), json.size()),
                        RD_KAFKA_V_HEADER(kProposalHeader, proposal.data(), proposal.size()),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  proposals_.erase(proposal);
  return Unavailable(absl::StrCat("topic ", topic_), error);
}

void KafkaRevisionLog::OnDelivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message,
                                  void* self) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  auto& log = *static_cast<KafkaRevisionLog*>(self);
  const std::string proposal = ProposalOf(*message);
  absl::MutexLock lock(&log.mutex_);
  const auto own = log.proposals_.find(proposal);
  if (own != log.proposals_.end()) own->second = Fate::kNotWritten;
}

void KafkaRevisionLog::OnError(rd_kafka_t* /*client*/, int error, const char* reason, void* self) {
  auto& log = *static_cast<KafkaRevisionLog*>(self);
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
  absl::MutexLock lock(&log.mutex_);
  log.health_ = absl::UnavailableError(reason);
}

}  // namespace serin::router
