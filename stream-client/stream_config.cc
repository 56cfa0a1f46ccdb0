#include "stream-client/stream_config.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/config/config_loader.h"
#include "common/config/tls_checks.h"
#include "common/status/status_macros.h"

namespace serin::stream {
namespace {

using v1::config::StreamConfig;

void Apply(const StreamOverrides& overrides, StreamConfig& config) {
  if (!overrides.brokers.empty()) config.mutable_kafka()->set_bootstrap_servers(overrides.brokers);
  if (!overrides.topic.empty()) config.mutable_source()->set_topic(overrides.topic);
  if (!overrides.group.empty()) config.mutable_source()->set_group_id(overrides.group);
  if (!overrides.start.empty()) config.mutable_source()->set_start(overrides.start);
  if (!overrides.trigger.empty()) config.mutable_trigger()->set_mode(overrides.trigger);
  if (overrides.kcat_output) {
    config.mutable_sink()->mutable_jsonl()->set_path("-");
    config.mutable_sink()->mutable_jsonl()->set_envelope("kcat");
    config.mutable_sink()->mutable_console()->set_enabled(false);
  }
  if (!overrides.delivery.empty()) config.mutable_delivery()->set_mode(overrides.delivery);
  for (const auto& [name, value] : overrides.properties) {
    (*config.mutable_kafka()->mutable_properties())[name] = value;
  }
}

constexpr absl::string_view kProcessingTime = "processing-time=";

// How long records are gathered: by the trigger, else by batch.linger; nullopt: not a duration.
std::optional<absl::Duration> Linger(const StreamConfig& config) {
  absl::string_view mode = config.trigger().mode();
  if (!absl::ConsumePrefix(&mode, kProcessingTime)) return ConfigDuration(config.batch().linger());
  absl::Duration interval;
  const bool valid = absl::ParseDuration(mode, &interval) && interval > absl::ZeroDuration();
  return valid && interval <= absl::Hours(1) ? std::optional(interval) : std::nullopt;
}

void CheckTrigger(const StreamConfig& config, ConfigFaults& faults) {
  const std::string& mode = config.trigger().mode();
  const bool timed = absl::StartsWith(mode, kProcessingTime);
  const bool known = mode == "available-now" || mode == "once" || mode == "continuous";
  if (timed ? Linger(config).has_value() : known) return;
  faults.Add("trigger.mode",
             "available-now, once, continuous or processing-time=DURATION of at most 1h", mode);
}

void CheckTextField(const StreamConfig& config, ConfigFaults& faults) {
  const std::string& path = config.source().text_field();
  const std::vector<absl::string_view> names = absl::StrSplit(path, '.');
  if (std::count(names.begin(), names.end(), "") > 0) {
    faults.Add("source.text_field", "names of fields with dots between them", path);
  }
}

// Properties that other keys decide and that would be ignored.
constexpr std::pair<const char*, const char*> kDecidedElsewhere[] = {
    {"bootstrap.servers", "kafka.bootstrap_servers (-b)"},
    {"metadata.broker.list", "kafka.bootstrap_servers (-b)"},
    {"group.id", "source.group_id (-G)"},
    {"auto.offset.reset", "source.start (-o)"},
    {"transactional.id", "delivery.instance"}};

void CheckProperties(const StreamConfig& config, ConfigFaults& faults) {
  for (const auto& [name, key] : kDecidedElsewhere) {
    if (!config.kafka().properties().contains(name)) continue;
    faults.Add(absl::StrCat("kafka.properties.", name), absl::StrCat(key, " in its place"),
               "a value");
  }
}

absl::Status Check(const StreamConfig& config, const std::string& file) {
  ConfigFaults faults(file);
  CheckProperties(config, faults);
  const std::string& input = config.source().topic();
  const auto topics = TopicSelection::Parse(input);
  if (!topics.ok()) faults.Add("source.topic", "names of topics or ^patterns", input);
  const auto check_output = [&](const char* key, const std::string& topic) {
    if (topics.ok() && topics->Matches(topic)) {
      faults.Add(key, "another topic than source.topic", topic);
    }
  };
  if (!StartPosition::Parse(config.source().start()).ok()) {
    faults.Add("source.start",
               "earliest, latest, committed, timestamp=T or topic:partition:offset[,...]",
               config.source().start());
  }
  CheckTrigger(config, faults);
  check_output("sink.results_topic", config.sink().results_topic());
  check_output("sink.dead_letter_topic", config.sink().dead_letter_topic());
  if (config.sink().dead_letter_topic().empty()) {
    faults.Add("sink.dead_letter_topic", "the name of a topic", "nothing");
  }
  CheckTextField(config, faults);
  CheckClientTls("router.tls", config.router().tls(), faults);
  if (IsExactlyOnce(config) && !config.sink().jsonl().path().empty()) {
    faults.Add("sink.jsonl.path", "nothing with delivery.mode exactly-once",
               config.sink().jsonl().path());
  }
  return faults.ToStatus();
}

Order ToOrder(const StreamConfig& config) {
  if (IsExactlyOnce(config) || config.batch().order() == "partition") return Order::kPartition;
  return config.batch().order() == "key" ? Order::kKey : Order::kNone;
}

}  // namespace

absl::StatusOr<StreamConfig> LoadStreamConfig(const std::string& path,
                                              const StreamOverrides& overrides) {
  StreamConfig config;
  const std::string name = path.empty() ? "command line" : path;
  SERIN_RETURN_IF_ERROR(path.empty() ? ParseConfig("{}", name, config) : LoadConfig(path, config));
  Apply(overrides, config);
  SERIN_RETURN_IF_ERROR(Check(config, name));
  return config;
}

KafkaConnection ToConnection(const StreamConfig& config) {
  return {.bootstrap_servers = config.kafka().bootstrap_servers(),
          .properties = {config.kafka().properties().begin(), config.kafka().properties().end()}};
}

KafkaSourceOptions ToSourceOptions(const StreamConfig& config) {
  return {.topics = *TopicSelection::Parse(config.source().topic()),
          .group_id = config.source().group_id(),
          .start = *StartPosition::Parse(config.source().start()),
          .no_timestamp_match = config.source().no_timestamp_match() == "error"
                                    ? NoTimestampMatch::kError
                                    : NoTimestampMatch::kLatest};
}

KafkaSinkTopics ToSinkTopics(const StreamConfig& config) {
  return {.results = config.sink().results_topic(),
          .dead_letters = config.sink().dead_letter_topic(),
          .format = config.sink().results_format() == "protobuf" ? ResultFormat::kProtobuf
                                                                 : ResultFormat::kJson};
}

bool IsBounded(const StreamConfig& config) {
  return config.trigger().mode() == "available-now" || config.trigger().mode() == "once";
}

bool IsExactlyOnce(const StreamConfig& config) {
  return config.delivery().mode() == "exactly-once";
}

TransactionLimits ToTransactionLimits(const StreamConfig& config) {
  return {.max_records = config.delivery().transaction_max_records(),
          .max_wait = ConfigDuration(config.delivery().transaction_max_wait())};
}

std::string TransactionalId(const StreamConfig& config) {
  std::string instance = config.delivery().instance();
  if (instance.empty()) {
    char host[256] = {};
    gethostname(host, sizeof(host) - 1);
    instance = host;
  }
  return absl::StrCat("serin-stream-", config.source().group_id(), "-", instance);
}

ScorerOptions ToScorerOptions(const StreamConfig& config) {
  const v1::config::RouterClientConfig& router = config.router();
  ScorerOptions options;
  options.address = router.address();
  options.tls = {.certificate = router.tls().certificate(),
                 .private_key = router.tls().private_key(),
                 .ca = router.tls().ca()};
  options.server_name = router.tls().server_name();
  options.streams = static_cast<int>(router.streams());
  options.attempts.retry.max_attempts = static_cast<int>(router.max_attempts());
  options.attempts.timeout = ConfigDuration(router.timeout());
  return options;
}

namespace {

// A transaction takes some 40 ms, in which a fast model answers 10,000 records: as many are in it,
// as many wait for the next one, and the model must not run dry.
size_t MaxUnfinishedRecords(const StreamConfig& config) {
  const size_t chosen = config.batch().max_unfinished_records();
  if (chosen > 0) return chosen;
  return IsExactlyOnce(config) ? 60'000 : 20'000;
}

}  // namespace

PipelineOptions ToPipelineOptions(const StreamConfig& config) {
  const v1::config::BatchConfig& batch = config.batch();
  PipelineOptions options;
  options.batch = {.max_records = batch.max_records(),
                   .max_bytes = batch.max_bytes(),
                   .linger = *Linger(config)};
  options.max_in_flight = batch.max_in_flight();
  options.max_unfinished_records = MaxUnfinishedRecords(config);
  options.min_batch_records = batch.min_records();
  options.target_latency = ConfigDuration(batch.target_latency());
  options.order = ToOrder(config);
  return options;
}

JsonlFileOptions ToJsonlOptions(const StreamConfig& config) {
  const v1::config::JsonlConfig& jsonl = config.sink().jsonl();
  return {.path = jsonl.path(),
          .rotate_bytes = uint64_t{jsonl.rotate_mib()} << 20,
          .sync = jsonl.fsync() == "batch"};
}

ConsoleSinkOptions ToConsoleOptions(const StreamConfig& config) {
  const v1::config::ConsoleConfig& console = config.sink().console();
  return {.table = {.num_rows = console.num_rows(), .truncate = console.truncate()},
          .max_batches = console.max_batches()};
}

BatchProgress::Names ToProgressNames(const StreamConfig& config) {
  const std::string& topic = config.source().topic();
  const bool pattern = TopicSelection::Parse(topic)->HasPatterns();
  return {
      .query = config.source().group_id(),
      .source = absl::StrCat("KafkaV2[", pattern ? "SubscribePattern[" : "Subscribe[", topic, "]]"),
      .sink = config.sink().results_topic()};
}

}  // namespace serin::stream
