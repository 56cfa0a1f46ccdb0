#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>

#include <prometheus/registry.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/readiness.h"
#include "common/telemetry/admin_endpoint.h"
#include "common/time/clock.h"
#include "serin/v1/config/stream.pb.h"
#include "stream-client/batch_progress.h"
#include "stream-client/grpc/predict_stream_scorer.h"
#include "stream-client/kafka/kafka_record_sink.h"
#include "stream-client/kafka/kafka_record_source.h"
#include "stream-client/kafka/transaction_sink.h"
#include "stream-client/pipeline/pipeline.h"
#include "stream-client/pipeline/wakeup.h"
#include "stream-client/run_progress.h"
#include "stream-client/sinks/console_sink.h"
#include "stream-client/sinks/jsonl_sink.h"
#include "stream-client/stream_metrics.h"

namespace serin::stream {

// The composition root of `serin-stream run`.
class StreamClient {
 public:
  // The streams must outlive the client: `console` takes the tables, `progress` a line a batch
  // (null: none), `terminal` a line that is written over and over (null: lines in the log). Errors:
  // INVALID_ARGUMENT for a Kafka property librdkafka refuses, UNAVAILABLE when the admin address
  // cannot be listened on or a file cannot be opened.
  static absl::StatusOr<std::unique_ptr<StreamClient>> Create(
      const v1::config::StreamConfig& config, std::ostream& console,
      std::ostream* progress = nullptr, std::ostream* terminal = nullptr);
  ~StreamClient();

  // Waits for Kafka and for the topic (with the trigger available-now a missing topic is
  // NOT_FOUND), then works until the trigger's end or Stop(). OK when everything that was finished
  // is also committed. Call it once.
  absl::Status Run();

  // Drains within drain_timeout; Run then returns. Thread-safe.
  void Stop();

  // What Run did. Not thread-safe.
  RunSummary summary() const;
  int admin_port() const { return admin_->port(); }

 private:
  explicit StreamClient(const v1::config::StreamConfig& config);

  absl::Status Build(std::ostream& console, std::ostream* progress);
  absl::Status BuildSinks(const KafkaConnection& connection, std::ostream& console);
  absl::Status BuildKafkaSink(const KafkaConnection& connection);
  absl::Status Connect();
  absl::Status Assign();
  absl::Status Work();
  void ReportWhenDue(absl::Time now);
  std::optional<int64_t> UpdateLag();

  const v1::config::StreamConfig config_;
  const bool available_now_;
  RealClock clock_;
  MutexWakeup wakeup_;
  std::atomic<bool> stop_ = false;
  Readiness readiness_;
  const std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  StreamMetrics metrics_;
  const std::unique_ptr<TextDecoder> decoder_;
  // The order matters: records must be gone before the source that lent them.
  std::unique_ptr<KafkaRecordSource> source_;
  std::unique_ptr<RecordSink> kafka_sink_;
  TransactionSink* transactions_ = nullptr;  // kafka_sink_, with exactly-once
  std::unique_ptr<JsonlSink> jsonl_sink_;
  std::unique_ptr<ConsoleSink> console_sink_;
  std::unique_ptr<PredictStreamScorer> scorer_;
  std::unique_ptr<BatchProgress> batch_progress_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<AdminEndpoint> admin_;
  RecordSink* sink_ = nullptr;  // the first one
  std::ostream* terminal_ = nullptr;
  absl::Time next_lag_ = absl::InfinitePast();
  RunProgress progress_;
};

}  // namespace serin::stream
