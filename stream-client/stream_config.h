#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "serin/v1/config/stream.pb.h"
#include "stream-client/batch_progress.h"
#include "stream-client/grpc/predict_stream_scorer.h"
#include "stream-client/kafka/kafka_record_sink.h"
#include "stream-client/kafka/kafka_record_source.h"
#include "stream-client/kafka/transaction_sink.h"
#include "stream-client/pipeline/pipeline.h"
#include "stream-client/sinks/console_sink.h"
#include "stream-client/sinks/jsonl_file.h"

namespace serin::stream {

// What the command line says on top of the file; empty: the file's value stays.
struct StreamOverrides {
  std::string brokers;
  std::string topic;
  std::string group;
  std::string start;
  std::string trigger;
  std::string delivery;
  bool kcat_output = false;  // results to standard output as kcat -J prints records
  std::map<std::string, std::string> properties;
};

// Reads a config file (none: the defaults), applies the overrides and checks the whole. Error:
// INVALID_ARGUMENT with a line for each fault.
absl::StatusOr<v1::config::StreamConfig> LoadStreamConfig(const std::string& path,
                                                          const StreamOverrides& overrides);

// The parts' own options. The config must have been loaded by LoadStreamConfig.
KafkaConnection ToConnection(const v1::config::StreamConfig& config);
KafkaSourceOptions ToSourceOptions(const v1::config::StreamConfig& config);
KafkaSinkTopics ToSinkTopics(const v1::config::StreamConfig& config);
// Whether the run ends by itself.
bool IsBounded(const v1::config::StreamConfig& config);
bool IsExactlyOnce(const v1::config::StreamConfig& config);
TransactionLimits ToTransactionLimits(const v1::config::StreamConfig& config);
// serin-stream-GROUP-INSTANCE.
std::string TransactionalId(const v1::config::StreamConfig& config);
ScorerOptions ToScorerOptions(const v1::config::StreamConfig& config);
PipelineOptions ToPipelineOptions(const v1::config::StreamConfig& config);
JsonlFileOptions ToJsonlOptions(const v1::config::StreamConfig& config);
ConsoleSinkOptions ToConsoleOptions(const v1::config::StreamConfig& config);
BatchProgress::Names ToProgressNames(const v1::config::StreamConfig& config);

}  // namespace serin::stream
