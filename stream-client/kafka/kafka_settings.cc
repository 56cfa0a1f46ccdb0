#include "stream-client/kafka/kafka_settings.h"

#include <cstring>
#include <utility>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin::stream {
namespace {

const KafkaProperties& CommonDefaults() {
  static const auto& defaults = *new KafkaProperties{
      {"client.id", "serin-stream"},
      // A broker that comes back is noticed within a second or so.
      {"reconnect.backoff.max.ms", "1000"},
      {"socket.nagle.disable", "true"},
  };
  return defaults;
}

const KafkaProperties& ConsumerDefaults() {
  static const auto& defaults = *new KafkaProperties{
      // cooperative-sticky has known bugs in librdkafka 2.0.2; group_membership.h has those met
      // here.
      {"partition.assignment.strategy", "range"},
      // What is prefetched of a backlog, all partitions together; FetchNudge keeps it from running
      // dry.
      {"queued.max.messages.kbytes", "65536"},
      {"queued.min.messages", "20000"},
      // Of one partition a fetch. In smaller steps the queue overshoots by less and stays in the
      // caches.
      {"fetch.message.max.bytes", "262144"},
      {"fetch.wait.max.ms", "100"},
      {"fetch.error.backoff.ms", "100"},
      // A topic that grows is noticed within half a minute instead of five.
      {"topic.metadata.refresh.interval.ms", "30000"},
  };
  return defaults;
}

const KafkaProperties& ProducerDefaults() {
  static const auto& defaults = *new KafkaProperties{
      {"compression.type", "lz4"},
      {"linger.ms", "5"},
      // Large enough for a record of the broker's largest size plus a dead letter's headers.
      {"message.max.bytes", "2097152"},
  };
  return defaults;
}

absl::Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char error[512];
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof(error)) ==
      RD_KAFKA_CONF_OK) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("kafka property ", name, ": ", error));
}

void LogLine(const rd_kafka_t*, int level, const char* facility, const char* line) {
  // A property of consumers is fine for a producer too (CONFWARN); FAIL repeats at every attempt to
  // reach a broker. syslog's levels: up to 3 are errors, 4 is a warning.
  const bool noise = std::strcmp(facility, "CONFWARN") == 0 || std::strcmp(facility, "FAIL") == 0;
  if (level <= 4 && !noise) {
    spdlog::warn("kafka: {}: {}", facility, line);
  } else {
    spdlog::debug("kafka: {}: {}", facility, line);
  }
}

void LogError(rd_kafka_t*, int error, const char* reason, void*) {
  spdlog::debug("kafka: {}: {}", rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)),
                reason);
}

absl::StatusOr<KafkaConf> MakeConf(const KafkaConnection& connection,
                                   const KafkaProperties& defaults, const KafkaProperties& fixed) {
  KafkaConf conf(rd_kafka_conf_new());
  KafkaProperties all = CommonDefaults();
  for (const auto& layer : {defaults, connection.properties, fixed}) {
    for (const auto& [name, value] : layer) all[name] = value;
  }
  all["bootstrap.servers"] = connection.bootstrap_servers;
  for (const auto& [name, value] : all) {
    SERIN_RETURN_IF_ERROR(Set(conf.get(), name, value));
  }
  rd_kafka_conf_set_log_cb(conf.get(), LogLine);
  rd_kafka_conf_set_error_cb(conf.get(), LogError);
  return conf;
}

}  // namespace

absl::StatusOr<KafkaConf> ConsumerConf(const KafkaConnection& connection,
                                       const KafkaProperties& fixed) {
  KafkaProperties all = fixed;
  all["enable.auto.commit"] = "false";
  all["enable.auto.offset.store"] = "false";
  return MakeConf(connection, ConsumerDefaults(), all);
}

absl::StatusOr<KafkaConf> ProducerConf(const KafkaConnection& connection,
                                       const KafkaProperties& fixed) {
  KafkaProperties all = fixed;
  all["enable.idempotence"] = "true";
  return MakeConf(connection, ProducerDefaults(), all);
}

void LimitMessageSets(KafkaConnection& connection, size_t bytes) {
  spdlog::warn(
      "kafka: a set of messages was refused for its size or content; they are sent again, in sets "
      "of at most {} bytes (set batch.size to what the topic's max.message.bytes takes)",
      bytes);
  connection.properties["batch.size"] = std::to_string(bytes);
}

absl::StatusOr<KafkaHandle> NewKafka(rd_kafka_type_t type, KafkaConf conf) {
  char error[512];
  KafkaHandle handle(rd_kafka_new(type, conf.get(), error, sizeof(error)));
  if (handle == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("kafka properties: ", error));
  }
  (void)conf.release();  // the handle's own now
  return handle;
}

absl::Status KafkaStatus(rd_kafka_resp_err_t error, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", rd_kafka_err2str(error));
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return absl::NotFoundError(message);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(message);
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return absl::UnauthenticatedError(message);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return absl::InvalidArgumentError(message);
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return absl::DeadlineExceededError(message);
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      return absl::AbortedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace serin::stream
