#pragma once

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "serin/v1/config/stream.pb.h"
#include "stream-client/stream_client.h"
#include "stream-client/stream_config.h"
#include "tests/support/fake_scoring_server.h"
#include "tests/support/mock_kafka.h"

namespace serin::stream {

// Whether `condition` comes to hold within ten seconds.
inline bool Eventually(const std::function<bool()>& condition,
                       absl::Duration within = absl::Seconds(10)) {
  const absl::Time deadline = absl::Now() + within;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

inline testing::KafkaRecord TextRecord(const std::string& text, int32_t partition = 0) {
  return {.key = absl::StrCat("key of ", text),
          .value = absl::StrCat("{\"data\":\"", text, "\"}"),
          .partition = partition};
}

inline std::vector<testing::KafkaRecord> TextRecords(int count, int partitions) {
  std::vector<testing::KafkaRecord> records;
  for (int i = 0; i < count; ++i)
    records.push_back(TextRecord(absl::StrCat("t", i), i % partitions));
  return records;
}

// A Kafka with topics in, out and dead, a scoring server, and the config of a client between them.
class StreamHarness {
 public:
  explicit StreamHarness(int partitions = 2) : partitions_(partitions) {
    kafka.CreateTopic("in", partitions);
    kafka.CreateTopic("out", 1);
    kafka.CreateTopic("dead", 1);
    config = *LoadStreamConfig(
        "",
        {.brokers = kafka.brokers(), .topic = "in", .trigger = "available-now", .properties = {}});
    config.set_admin_listen("127.0.0.1:0");
    config.mutable_router()->set_address(server.address());
    config.mutable_sink()->set_results_topic("out");
    config.mutable_sink()->set_dead_letter_topic("dead");
    config.mutable_sink()->mutable_console()->set_enabled(false);
  }

  // Runs a client to its end.
  absl::Status Run() {
    auto client = StreamClient::Create(config, console);
    if (!client.ok()) return client.status();
    absl::Status status = (*client)->Run();
    summary = (*client)->summary();
    return status;
  }

  std::vector<testing::KafkaRecord> Results() { return kafka.ReadAll("out", 1); }
  std::vector<testing::KafkaRecord> DeadLetters() { return kafka.ReadAll("dead", 1); }
  std::map<int32_t, int64_t> Committed() {
    return kafka.Committed("serin-stream", "in", partitions_);
  }

  testing::MockKafka kafka;
  testing::FakeScoringServer server;
  v1::config::StreamConfig config;
  std::ostringstream console;
  RunSummary summary;

 private:
  const int partitions_;
};

// A client that works on a thread of its own.
class RunningClient {
 public:
  explicit RunningClient(StreamHarness& harness)
      : client_(*StreamClient::Create(harness.config, harness.console)), thread_([this] {
          status_ = client_->Run();
          done_.Notify();
        }) {}
  ~RunningClient() {
    client_->Stop();
    thread_.join();
  }

  StreamClient& client() { return *client_; }
  bool EndsWithin(absl::Duration time) { return done_.WaitForNotificationWithTimeout(time); }
  // After the end.
  const absl::Status& status() const { return status_; }
  RunSummary summary() const { return client_->summary(); }

 private:
  std::unique_ptr<StreamClient> client_;
  absl::Status status_;
  absl::Notification done_;
  std::thread thread_;
};

}  // namespace serin::stream
