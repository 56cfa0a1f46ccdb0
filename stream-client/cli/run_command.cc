#include "stream-client/cli/run_command.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include <spdlog/spdlog.h>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/config/config_faults.h"
#include "common/config/config_loader.h"
#include "common/config/config_printer.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/status/status_macros.h"
#include "common/telemetry/logging.h"
#include "stream-client/cli/kafka_flags.h"
#include "stream-client/stream_client.h"
#include "stream-client/stream_config.h"

namespace serin::stream {
namespace {

// How soon the end of a run that no signal ended is noticed.
constexpr absl::Duration kSignalInterval = absl::Milliseconds(20);
// Of taking everything down when all is written and committed. librdkafka 2.0.2 can wait for ever
// for the partitions of a topic that was deleted and made again.
constexpr absl::Duration kTeardownTimeout = absl::Seconds(3);

struct RunFlags {
  std::string config;
  bool check_config = false;
  std::string trigger;
  std::string start;
  std::string group;
  bool exit_at_end = false;
  std::string progress;
  std::string delivery;
  bool kcat_output = false;
  std::string summary;
  KafkaFlags kafka;
};

absl::StatusOr<v1::config::StreamConfig> Load(const RunFlags& flags) {
  SERIN_ASSIGN_OR_RETURN(KafkaConnection connection, flags.kafka.Connection());
  return LoadStreamConfig(flags.config,
                          {.brokers = std::move(connection.bootstrap_servers),
                           .topic = flags.kafka.topic,
                           .group = flags.group,
                           .start = flags.start,
                           .trigger = flags.exit_at_end ? "available-now" : flags.trigger,
                           .delivery = flags.delivery,
                           .kcat_output = flags.kcat_output,
                           .properties = std::move(connection.properties)});
}

// A bar is for a terminal that shows nothing else.
bool WantsBar(const RunFlags& flags, const v1::config::StreamConfig& config) {
  const bool tables = config.sink().console().enabled() && isatty(STDOUT_FILENO) != 0;
  return isatty(STDERR_FILENO) != 0 && flags.progress.empty() && !tables;
}

// Runs until the trigger's end or the signal.
absl::Status RunUntil(ShutdownSignal& signal, StreamClient& client) {
  absl::Notification ended;
  std::thread stopper([&] {
    while (!ended.HasBeenNotified()) {
      if (!signal.WaitFor(kSignalInterval)) continue;
      client.Stop();
      return;
    }
  });
  absl::Status status = client.Run();
  ended.Notify();
  stopper.join();
  return status;
}

void EndProcessSoon(int exit_code) {
  std::thread([exit_code] {
    absl::SleepFor(kTeardownTimeout);
    std::_Exit(exit_code);
  }).detach();
}

int Run(const RunFlags& flags) {
  const auto config = Load(flags);
  if (!config.ok()) {
    std::cerr << config.status().message() << std::endl;
    return kExitBadConfig;
  }
  if (flags.check_config) {
    std::cout << PrintConfig(*config);
    return 0;
  }
  ShutdownSignal signal;
  InitLogging("serin-stream", config->log().level(), config->log().format());
  auto client =
      StreamClient::Create(*config, std::cout, flags.progress == "json" ? &std::cerr : nullptr,
                           WantsBar(flags, *config) ? &std::cerr : nullptr);
  if (!client.ok()) {
    spdlog::error("{}", client.status().ToString());
    return absl::IsInvalidArgument(client.status()) ? kExitBadConfig : kExitFailed;
  }
  absl::Status status = RunUntil(signal, **client);
  const RunSummary summary = (*client)->summary();
  if (!flags.summary.empty()) status.Update(WriteFile(flags.summary, summary.ToJson()));
  if (!status.ok()) spdlog::error("{}", status.ToString());
  std::cerr << summary.ToText() << std::endl;
  std::cout << std::flush;
  const int exit_code = status.ok() ? 0 : kExitFailed;
  EndProcessSoon(exit_code);
  return exit_code;
}

}  // namespace

void AddRunCommand(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* run = app.add_subcommand("run", "Score a topic's records and write the results");
  run->add_option("--config", flags->config, "The config file; without one, the defaults");
  run->add_flag("--check-config", flags->check_config, "Check and print the config, do nothing");
  run->add_option("--trigger", flags->trigger, "When to end")
      ->type_name("available-now|once|continuous|processing-time=DURATION");
  run->add_flag("-e,--exit", flags->exit_at_end, "End at the topic's present end (available-now)");
  run->add_option("-o,--offset", flags->start,
                  "Where to start what the group has not committed: beginning, end, stored, s@MS, "
                  "timestamp=T or topic:partition:offset[,...]");
  run->add_option("-G,--group", flags->group, "The consumer group");
  run->add_option(
         "--progress", flags->progress,
         "json: a line a batch on standard error, shaped as Spark's StreamingQueryProgress")
      ->check(CLI::IsMember({"json"}));
  run->add_option("--delivery", flags->delivery, "What readers of the results may count on")
      ->check(CLI::IsMember({"at-least-once", "exactly-once"}));
  run->add_flag("-J,--json", flags->kcat_output,
                "Print results on standard output as kcat -J prints records");
  run->add_option("--summary", flags->summary, "Write what was done to this file, as JSON");
  flags->kafka.AddTo(*run);
  run->callback([flags, &exit_code] { exit_code = Run(*flags); });
}

}  // namespace serin::stream
