#include "stream-client/cli/replay_command.h"

#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "common/config/config_faults.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "stream-client/cli/kafka_flags.h"
#include "stream-client/kafka/kafka_producing.h"
#include "stream-client/kafka/kafka_record_source.h"
#include "stream-client/kafka/kafka_records.h"
#include "stream-client/pipeline/wakeup.h"
#include "stream-client/sinks/dead_letter_reader.h"
#include "stream-client/sinks/kcat_envelope.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kQuestionTimeout = absl::Seconds(10);

struct ReplayFlags {
  KafkaFlags kafka{.brokers = "127.0.0.1:9092", .topic = "dead-letters", .properties = {}};
  std::string group = "serin-replay";
  std::string to;
  bool dry_run = false;
  bool kcat_output = false;
  ReplayFilter filter;
};

struct NoListener final : AssignmentListener {
  void OnAssigned(const std::vector<TopicPartition>&) override {}
  void OnRevoked(const std::vector<TopicPartition>&, bool) override {}
};

// Sends records and counts what the brokers refused.
class ReplayProducer {
 public:
  static absl::StatusOr<std::unique_ptr<ReplayProducer>> Create(const KafkaConnection& connection) {
    std::unique_ptr<ReplayProducer> made(new ReplayProducer());
    SERIN_ASSIGN_OR_RETURN(KafkaConf conf, ProducerConf(connection, {}));
    rd_kafka_conf_set_opaque(conf.get(), made.get());
    rd_kafka_conf_set_dr_msg_cb(conf.get(),
                                [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                  static_cast<ReplayProducer*>(self)->Count(message->err);
                                });
    SERIN_ASSIGN_OR_RETURN(made->producer_, NewKafka(RD_KAFKA_PRODUCER, std::move(conf)));
    return made;
  }

  void Send(const Record& letter, const std::string& topic, const Replay& replay) {
    KafkaTopic& handle = topics_[topic];
    if (handle == nullptr) {
      handle.reset(rd_kafka_topic_new(producer_.get(), topic.c_str(), nullptr));
    }
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    while ((error = ProduceRecord(producer_.get(), handle.get(),
                                  {.key = letter.key,
                                   .value = letter.value,
                                   .headers = CopyHeaders(replay.headers),
                                   .timestamp_ms = letter.timestamp_ms})) ==
           RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer_.get(), 100);
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Count(error);
  }

  absl::Status Finish() {
    rd_kafka_flush(producer_.get(), 60000);
    return failure_;
  }

  uint64_t delivered() const { return delivered_; }

 private:
  void Count(rd_kafka_resp_err_t error) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) ++delivered_;
    failure_.Update(KafkaStatus(error, "sending a dead letter back"));
  }

  std::map<std::string, KafkaTopic> topics_;
  KafkaHandle producer_;
  uint64_t delivered_ = 0;
  absl::Status failure_;
};

// Calls `take` with each record up to the topic's present end.
template <typename Take>
absl::Status ForEach(KafkaRecordSource& source, Wakeup& wakeup, Take take) {
  Record record;
  while (true) {
    SERIN_ASSIGN_OR_RETURN(const RecordSource::Event event, source.Poll(record));
    if (event == RecordSource::Event::kEnd) return absl::OkStatus();
    if (event == RecordSource::Event::kRecord) {
      take(record);
    } else {
      wakeup.WaitUntil(absl::Now() + absl::Milliseconds(100));
    }
  }
}

void Print(const Record& letter) {
  std::string line;
  AppendKcatEnvelope(letter, letter.value, line);
  std::cout << line << '\n';
}

absl::Status SendBack(const ReplayFlags& flags, uint64_t& sent) {
  SERIN_ASSIGN_OR_RETURN(const KafkaConnection connection, flags.kafka.Connection());
  SERIN_ASSIGN_OR_RETURN(TopicSelection topics, TopicSelection::Parse(flags.kafka.topic));
  MutexWakeup wakeup;
  NoListener listener;
  SERIN_ASSIGN_OR_RETURN(
      auto source,
      KafkaRecordSource::Create(
          connection, {.topics = std::move(topics), .group_id = flags.group, .start = {}}, wakeup));
  SERIN_ASSIGN_OR_RETURN(auto producer, ReplayProducer::Create(connection));
  SERIN_RETURN_IF_ERROR(source->AssignUpToNow(listener, kQuestionTimeout));
  SERIN_RETURN_IF_ERROR(ForEach(*source, wakeup, [&](const Record& letter) {
    const std::optional<Replay> replay = ReadDeadLetter(letter, flags.filter);
    if (!replay.has_value()) return;
    const std::string topic = flags.to.empty() ? std::string(replay->topic) : flags.to;
    if (flags.kcat_output) Print(letter);
    if (!flags.dry_run) producer->Send(letter, topic, *replay);
    if (flags.dry_run) ++sent;
  }));
  absl::Status status = producer->Finish();
  sent += producer->delivered();
  return status;
}

int Run(const ReplayFlags& flags) {
  uint64_t sent = 0;
  const absl::Status status = SendBack(flags, sent);
  if (!status.ok()) std::cerr << status.message() << std::endl;
  // With -J standard output is records alone.
  std::ostream& report = flags.kcat_output ? std::cerr : std::cout;
  report << (flags.dry_run ? "would send back " : "sent back ") << sent << " dead letters"
         << std::endl;
  if (status.ok()) return 0;
  return absl::IsInvalidArgument(status) ? kExitBadConfig : kExitFailed;
}

}  // namespace

void AddReplayCommand(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<ReplayFlags>();
  CLI::App* replay = app.add_subcommand("replay", "Send dead letters back to where they came from");
  replay->add_option("--stage", flags->filter.stage, "Only what failed there")
      ->check(CLI::IsMember({"decode", "predict", "produce"}));
  replay->add_option("--code", flags->filter.code, "Only this gRPC code, for example UNAVAILABLE");
  replay->add_option("--message", flags->filter.message, "Only reasons that hold this text");
  replay->add_option("--from-offset", flags->filter.first_offset,
                     "Only records from this offset on");
  replay->add_option("--to-offset", flags->filter.last_offset, "Only records up to this offset");
  replay->add_option("--to", flags->to, "Send them to this topic instead");
  replay->add_flag("--dry-run", flags->dry_run, "Only count");
  replay->add_flag("-J,--json", flags->kcat_output,
                   "Print the dead letters on standard output as kcat -J prints records");
  flags->kafka.AddTo(*replay);
  replay->callback([flags, &exit_code] { exit_code = Run(*flags); });
}

}  // namespace serin::stream
