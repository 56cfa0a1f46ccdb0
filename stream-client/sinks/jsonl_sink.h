#pragma once

#include <memory>
#include <string>
#include <vector>

#include "stream-client/pipeline/ports.h"
#include "stream-client/sinks/jsonl_file.h"

namespace serin::stream {

enum class Envelope { kNone, kKcat };

// Writes the results of each batch as lines of JSON once the sink it stands in front of has written
// the rest (dead letters, the topic of results). A batch whose lines cannot be written never comes
// back: the error is final, and its offsets stay uncommitted. Not thread-safe.
class JsonlSink final : public RecordSink {
 public:
  // `next` must outlive it.
  JsonlSink(std::unique_ptr<JsonlFile> file, Envelope envelope, RecordSink& next)
      : file_(std::move(file)), envelope_(envelope), next_(next) {}

  void Write(std::unique_ptr<Batch> batch) override { next_.Write(std::move(batch)); }
  void Flush() override { next_.Flush(); }
  void Forget(const std::vector<TopicPartition>& partitions) override { next_.Forget(partitions); }
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override;

 private:
  void AppendLine(const BatchItem& item, const Score& score);

  const std::unique_ptr<JsonlFile> file_;
  const Envelope envelope_;
  RecordSink& next_;
  std::string lines_;   // reused
  std::string result_;  // reused
};

}  // namespace serin::stream
