// serin-mock-kafka: a Kafka for the demo and for tests that need protocol faults, without a JVM.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "tools/mock-kafka/mock_cluster.h"

namespace serin::mock_kafka {
namespace {

constexpr int kUsageError = 64;

int Fail(const absl::Status& status, int exit_code) {
  std::cerr << "serin-mock-kafka: " << status.message() << std::endl;
  return exit_code;
}

// True when a `quit` ended it, false at the end of the input.
bool ServeCommands(MockCluster& cluster) {
  std::string line;
  while (std::getline(std::cin, line)) {
    const absl::StatusOr<Command> command = ParseCommand(line);
    const absl::Status status = command.ok() ? cluster.Apply(*command) : command.status();
    std::cout << (status.ok() ? "ok" : "error: " + std::string(status.message())) << std::endl;
    if (command.ok() && std::holds_alternative<Quit>(*command)) return true;
  }
  return false;
}

// There is nothing to save, so a signal ends the process at once, and well.
void EndOnSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { _exit(EXIT_SUCCESS); };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int Run(int brokers, const std::vector<std::string>& topics) {
  EndOnSignals();
  absl::StatusOr<MockCluster> cluster = MockCluster::Start(brokers);
  if (!cluster.ok()) return Fail(cluster.status(), EXIT_FAILURE);
  for (const std::string& text : topics) {
    const absl::StatusOr<TopicSpec> topic = ParseTopicSpec(text);
    const absl::Status status = topic.ok() ? cluster->CreateTopic(*topic) : topic.status();
    if (!status.ok()) return Fail(status, kUsageError);
  }
  std::cout << "bootstrap " << cluster->Bootstrap() << std::endl;
  if (ServeCommands(*cluster)) return EXIT_SUCCESS;
  // Standard input may be closed from the start (a background process); a signal ends it then.
  while (true) pause();
}

}  // namespace
}  // namespace serin::mock_kafka

int main(int argc, char** argv) {
  CLI::App app("A mock Kafka cluster on loopback (librdkafka's), for demos and tests.");
  int brokers = 1;
  std::vector<std::string> topics;
  app.add_option("--brokers", brokers, "Brokers to start")->check(CLI::Range(1, 100));
  app.add_option("--topic", topics, "NAME:PARTITIONS, may be given several times");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : serin::mock_kafka::kUsageError;
  }
  return serin::mock_kafka::Run(brokers, topics);
}
