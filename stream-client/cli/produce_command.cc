#include "stream-client/cli/produce_command.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/config/config_faults.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "common/telemetry/logging.h"
#include "stream-client/cli/kafka_flags.h"
#include "stream-client/cli/kcat_line.h"
#include "stream-client/cli/text_rows.h"
#include "stream-client/kafka/bulk_producer.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kProgressInterval = absl::Seconds(2);
constexpr uint64_t kLinesBetweenClockReads = 256;

struct ProduceFlags {
  std::string format = "lines";
  std::string file = "-";
  bool kcat_input = false;
  double rate = 0;  // messages a second; 0: as fast as can be
  KafkaFlags kafka{.brokers = "127.0.0.1:9092", .topic = "test", .properties = {}};
};

// Holds back what comes faster than the rate.
class Pace {
 public:
  explicit Pace(double rate) : rate_(rate) {}
  // Returns when the n-th message, n from 1, may be sent.
  void Await(uint64_t n, BulkProducer& producer) {
    if (rate_ <= 0) return;
    const absl::Time due = start_ + absl::Seconds(static_cast<double>(n - 1) / rate_);
    for (absl::Time now = absl::Now(); now < due; now = absl::Now()) {
      producer.Flush(std::min(due - now, absl::Milliseconds(100)));
      absl::SleepFor(std::clamp(due - absl::Now(), absl::ZeroDuration(), absl::Milliseconds(100)));
    }
  }

 private:
  const double rate_;
  const absl::Time start_ = absl::Now();
};

// Prints a line on standard error when it is time for one.
class ProgressLine {
 public:
  void Tick(const BulkProducer& producer) {
    const absl::Time now = absl::Now();
    if (now < next_) return;
    next_ = now + kProgressInterval;
    std::cerr << producer.delivered() << " messages delivered so far" << std::endl;
  }

 private:
  absl::Time next_ = absl::Now() + kProgressInterval;
};

// Sends the messages that lines stand for.
class LineSender {
 public:
  LineSender(std::optional<RowFormat> format, double rate, BulkProducer& producer)
      : format_(format), pace_(rate), producer_(producer) {}

  absl::Status Send(const std::string& line) {
    if (!format_.has_value()) {
      if (line.empty() || line == "\r") return absl::OkStatus();
      SERIN_ASSIGN_OR_RETURN(const KcatLine read, ReadKcatLine(line, parser_));
      Send(read.ToRecord());
      return absl::OkStatus();
    }
    SERIN_ASSIGN_OR_RETURN(const std::optional<Row> row, ReadRow(line, *format_, random_));
    if (!row.has_value()) return absl::OkStatus();
    Record record;
    record.key = row->key;
    record.value = row->value;
    Send(record);
    return absl::OkStatus();
  }

 private:
  void Send(const Record& record) {
    pace_.Await(++sent_, producer_);
    producer_.Send(record);
  }

  const std::optional<RowFormat> format_;  // nullopt: kcat's envelopes
  Pace pace_;
  BulkProducer& producer_;
  absl::BitGen random_;
  simdjson::dom::parser parser_;
  uint64_t sent_ = 0;
};

absl::Status SendLines(std::istream& input, LineSender& sender, BulkProducer& producer) {
  ProgressLine progress;
  std::string line;
  for (uint64_t number = 1; std::getline(input, line); ++number) {
    const absl::Status sent = sender.Send(line);
    if (!sent.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", sent.message()));
    }
    if (number % kLinesBetweenClockReads == 0) progress.Tick(producer);
    if (!producer.refusal().ok()) return producer.refusal();
  }
  while (producer.refusal().ok() && !producer.Flush(absl::Milliseconds(500))) {
    progress.Tick(producer);
  }
  return producer.refusal();
}

absl::Status Produce(const ProduceFlags& flags, const KafkaConnection& connection,
                     uint64_t& delivered) {
  std::ifstream file;
  if (flags.file != "-") file.open(flags.file);
  if (flags.file != "-" && !file) {
    return absl::InvalidArgumentError(absl::StrCat(flags.file, ": cannot be read"));
  }
  SERIN_ASSIGN_OR_RETURN(auto producer, BulkProducer::Create(connection, flags.kafka.topic));
  const auto format = flags.kcat_input ? std::nullopt : ParseRowFormat(flags.format);
  LineSender sender(format, flags.rate, *producer);
  absl::Status sent = SendLines(flags.file == "-" ? std::cin : file, sender, *producer);
  // What came before a bad line is sent.
  if (producer->refusal().ok()) producer->Flush(absl::Seconds(60));
  delivered = producer->delivered();
  if (sent.ok() && producer->failed() > 0) {
    sent = absl::UnavailableError(
        absl::StrCat(producer->failed(), " messages could not be sent: ", producer->failure()));
  }
  return sent;
}

int Run(const ProduceFlags& flags) {
  // Warnings of the Kafka client go to standard error; standard output is the report alone.
  InitLogging("serin-stream", "warning", "text");
  uint64_t delivered = 0;
  const auto connection = flags.kafka.Connection();
  const absl::Status status =
      connection.ok() ? Produce(flags, *connection, delivered) : connection.status();
  if (!status.ok()) std::cerr << status.message() << std::endl;
  std::cout << "we've sent " << delivered << " messages to "
            << (connection.ok() ? connection->bootstrap_servers : flags.kafka.brokers) << std::endl;
  if (status.ok()) return 0;
  return absl::IsInvalidArgument(status) ? kExitBadConfig : kExitFailed;
}

}  // namespace

void AddProduceCommand(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<ProduceFlags>();
  CLI::App* produce = app.add_subcommand("produce", "Send lines of text to a topic");
  produce
      ->add_option("--format", flags->format,
                   "lines: texts, sent as {\"data\": text} under random UUIDs; json: JSON objects, "
                   "sent as they are under random UUIDs; key-value: key<TAB>value, sent as they "
                   "are; key-text: key<TAB>text, sent as {\"data\": text} under the key")
      ->check(CLI::IsMember({"lines", "json", "key-value", "key-text"}))
      ->capture_default_str();
  produce->add_flag("-J,--json", flags->kcat_input,
                    "Read records as kcat -J prints them: key, payload, headers and timestamp are "
                    "sent as they are");
  produce->add_option("--rate", flags->rate, "At most so many messages a second; 0: no limit")
      ->check(CLI::NonNegativeNumber);
  produce->add_option("FILE", flags->file, "The input; - is standard input")->capture_default_str();
  flags->kafka.AddTo(*produce);
  produce->callback([flags, &exit_code] { exit_code = Run(*flags); });
}

}  // namespace serin::stream
