#include "stream-client/stream_client.h"

#include <algorithm>
#include <map>
#include <utility>

#include <spdlog/spdlog.h>

#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "stream-client/decoding/json_text_decoder.h"
#include "stream-client/decoding/plain_text_decoder.h"
#include "stream-client/stream_config.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kQuestionTimeout = absl::Seconds(1);
constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(2);
constexpr absl::Duration kLagInterval = absl::Milliseconds(200);

std::unique_ptr<TextDecoder> MakeDecoder(const v1::config::SourceConfig& source) {
  if (source.format() == "text") {
    return std::make_unique<PlainTextDecoder>(source.max_text_bytes());
  }
  return std::make_unique<JsonTextDecoder>(source.max_text_bytes(), source.text_field());
}

// Whether waiting may help against an error met while connecting.
bool IsPassing(const absl::Status& status, bool topic_may_appear) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    case absl::StatusCode::kNotFound:
      return topic_may_appear;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<StreamClient>> StreamClient::Create(
    const v1::config::StreamConfig& config, std::ostream& console, std::ostream* progress,
    std::ostream* terminal) {
  std::unique_ptr<StreamClient> client(new StreamClient(config));
  client->terminal_ = terminal;
  SERIN_RETURN_IF_ERROR(client->Build(console, progress));
  return client;
}

StreamClient::StreamClient(const v1::config::StreamConfig& config)
    : config_(config),
      available_now_(IsBounded(config)),
      metrics_(*registry_),
      decoder_(MakeDecoder(config.source())) {}

StreamClient::~StreamClient() {
  if (source_ != nullptr) source_->Close();
}

absl::Status StreamClient::Build(std::ostream& console, std::ostream* progress) {
  const KafkaConnection connection = ToConnection(config_);
  SERIN_ASSIGN_OR_RETURN(source_,
                         KafkaRecordSource::Create(connection, ToSourceOptions(config_), wakeup_));
  SERIN_RETURN_IF_ERROR(BuildSinks(connection, console));
  SERIN_ASSIGN_OR_RETURN(scorer_,
                         PredictStreamScorer::Create(ToScorerOptions(config_), wakeup_, clock_));
  OffsetCommitter& committer =
      transactions_ != nullptr ? static_cast<OffsetCommitter&>(*transactions_) : *source_;
  PipelineObserver* observer = &metrics_;
  if (progress != nullptr) {
    batch_progress_ = std::make_unique<BatchProgress>(
        ToProgressNames(config_),
        [this](const TopicPartition& partition) { return source_->KnownEnd(partition); }, metrics_,
        *progress);
    observer = batch_progress_.get();
  }
  pipeline_ = std::make_unique<Pipeline>(
      ToPipelineOptions(config_),
      PipelinePorts{*source_, *decoder_, *scorer_, *sink_, committer, *observer, wakeup_, clock_});
  readiness_.Set("kafka", false, "not connected yet");
  readiness_.Set("router", false, "not connected yet");
  SERIN_ASSIGN_OR_RETURN(admin_,
                         AdminEndpoint::Start(config_.admin_listen(), registry_, readiness_));
  return absl::OkStatus();
}

absl::Status StreamClient::BuildSinks(const KafkaConnection& connection, std::ostream& console) {
  SERIN_RETURN_IF_ERROR(BuildKafkaSink(connection));
  sink_ = kafka_sink_.get();
  const v1::config::SinkConfig& sink = config_.sink();
  if (!sink.jsonl().path().empty()) {
    SERIN_ASSIGN_OR_RETURN(auto file, JsonlFile::Open(ToJsonlOptions(config_)));
    const Envelope envelope = sink.jsonl().envelope() == "kcat" ? Envelope::kKcat : Envelope::kNone;
    jsonl_sink_ = std::make_unique<JsonlSink>(std::move(file), envelope, *sink_);
    sink_ = jsonl_sink_.get();
  }
  if (sink.console().enabled()) {
    console_sink_ = std::make_unique<ConsoleSink>(ToConsoleOptions(config_), *sink_, console);
    sink_ = console_sink_.get();
  }
  return absl::OkStatus();
}

absl::Status StreamClient::BuildKafkaSink(const KafkaConnection& connection) {
  if (!IsExactlyOnce(config_)) {
    SERIN_ASSIGN_OR_RETURN(kafka_sink_,
                           KafkaRecordSink::Create(connection, ToSinkTopics(config_), wakeup_));
    return absl::OkStatus();
  }
  SERIN_ASSIGN_OR_RETURN(
      auto producer,
      TransactionProducer::Create(
          connection, ToSinkTopics(config_), TransactionalId(config_),
          [this](const std::vector<TopicPartition>& partitions, absl::Duration timeout) {
            return source_->Committed(partitions, timeout);
          }));
  auto sink = std::make_unique<TransactionSink>(
      ToTransactionLimits(config_), std::move(producer),
      [this] { return source_->GroupMetadata(); }, wakeup_, clock_);
  transactions_ = sink.get();
  kafka_sink_ = std::move(sink);
  return absl::OkStatus();
}

absl::Status StreamClient::Run() {
  absl::Status status = Connect();
  if (status.ok() && !stop_) status = Work();
  readiness_.Set("kafka", false, "ended");
  source_->Close();
  return status;
}

void StreamClient::Stop() {
  stop_ = true;
  wakeup_.Notify();
}

absl::Status StreamClient::Connect() {
  absl::Duration pause = kShortestPause;
  absl::Time report_at = clock_.Now() + kQuestionTimeout;
  while (!stop_) {
    absl::Status status = Assign();
    if (status.ok() || !IsPassing(status, /*topic_may_appear=*/!available_now_)) return status;
    if (clock_.Now() >= report_at) {
      spdlog::warn("waiting for kafka at {}: {}", config_.kafka().bootstrap_servers(),
                   std::string(status.message()));
      report_at = clock_.Now() + absl::Seconds(5);
    }
    const absl::Time next = clock_.Now() + pause;
    while (!stop_ && clock_.Now() < next) wakeup_.WaitUntil(next);
    pause = std::min(pause * 2, kLongestPause);
  }
  return absl::OkStatus();
}

absl::Status StreamClient::Assign() {
  SERIN_RETURN_IF_ERROR(source_->Probe(kQuestionTimeout));
  // First of all, so that no offset is read that an earlier life may still commit past.
  if (transactions_ != nullptr) SERIN_RETURN_IF_ERROR(transactions_->Init(kQuestionTimeout));
  return available_now_ ? source_->AssignUpToNow(*pipeline_, kQuestionTimeout)
                        : source_->Subscribe(*pipeline_);
}

absl::Status StreamClient::Work() {
  readiness_.Set("kafka", true);
  spdlog::info("reading topic {} as group {}, {}", config_.source().topic(),
               config_.source().group_id(), config_.trigger().mode());
  progress_.Start(clock_.Now());
  bool connected = false;
  while (!pipeline_->done()) {
    if (stop_) pipeline_->Drain(clock_.Now() + ConfigDuration(config_.drain_timeout()));
    if (!pipeline_->Step() && !pipeline_->done()) {
      wakeup_.WaitUntil(pipeline_->next_deadline());
    }
    if (scorer_->connected() != connected) {
      connected = scorer_->connected();
      readiness_.Set("router", connected, "no stream to " + config_.router().address());
    }
    ReportWhenDue(clock_.Now());
  }
  const std::optional<int64_t> lag = UpdateLag();
  if (terminal_ != nullptr) {
    *terminal_ << progress_.TerminalLine(pipeline_->totals(), lag, clock_.Now()) << std::endl;
  }
  return pipeline_->status();
}

void StreamClient::ReportWhenDue(absl::Time now) {
  if (now < next_lag_) return;
  next_lag_ = now + kLagInterval;
  const std::optional<int64_t> lag = UpdateLag();
  if (terminal_ != nullptr) {
    *terminal_ << progress_.TerminalLine(pipeline_->totals(), lag, now) << std::flush;
  } else if (progress_.IsDue(now)) {
    spdlog::info("{}", progress_.Line(pipeline_->totals(), lag, now));
  }
}

std::optional<int64_t> StreamClient::UpdateLag() {
  std::optional<int64_t> total;
  std::map<TopicPartition, int64_t> lags;
  for (const auto& [partition, position] : pipeline_->positions()) {
    const std::optional<int64_t> end = source_->KnownEnd(partition);
    const std::optional<int64_t> start =
        position < 0 ? source_->KnownStart(partition) : std::optional(position);
    if (!end.has_value() || !start.has_value()) continue;
    const int64_t lag = std::max<int64_t>(*end - *start, 0);
    lags[partition] = lag;
    total = total.value_or(0) + lag;
  }
  metrics_.SetLags(lags);
  return total;
}

RunSummary StreamClient::summary() const {
  const absl::Duration elapsed = clock_.Now() - progress_.started();
  return {pipeline_->totals(), std::max(elapsed, absl::ZeroDuration())};
}

}  // namespace serin::stream
