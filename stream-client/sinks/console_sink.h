#pragma once

#include <cstdint>
#include <memory>
#include <ostream>

#include "stream-client/pipeline/ports.h"
#include "stream-client/sinks/console_table.h"

namespace serin::stream {

struct ConsoleSinkOptions {
  ConsoleTableOptions table;
  uint64_t max_batches = 0;  // 0: all
};

// Prints the results of each batch as Spark's console sink does, once the sink it stands in front
// of has written them. Batches are numbered from 0 in the order they are printed. Not thread-safe.
class ConsoleSink final : public RecordSink {
 public:
  // `next` and `out` must outlive it.
  ConsoleSink(ConsoleSinkOptions options, RecordSink& next, std::ostream& out)
      : options_(options), next_(next), out_(out) {}

  void Write(std::unique_ptr<Batch> batch) override { next_.Write(std::move(batch)); }
  void Flush() override { next_.Flush(); }
  void Forget(const std::vector<TopicPartition>& partitions) override { next_.Forget(partitions); }
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override;

 private:
  void Print(const Batch& batch);

  const ConsoleSinkOptions options_;
  RecordSink& next_;
  std::ostream& out_;
  uint64_t printed_ = 0;
};

}  // namespace serin::stream
