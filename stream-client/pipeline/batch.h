#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

// What the model said of a text. `label` and `assignment` point to literals.
struct Score {
  double neg = 0;
  double neu = 0;
  double pos = 0;
  double compound = 0;
  std::string_view label;       // "negative", "neutral", "positive" or ""
  std::string_view assignment;  // "KEY", "BLOCK", "PINNED", "FALLBACK", "SPILL" or ""
  std::string model;
  std::string model_version;
  uint64_t route_revision = 0;
};

// Where a record failed for good.
enum class Stage { kDecode, kPredict, kProduce };

// Why a record becomes a dead letter.
struct Failure {
  Stage stage = Stage::kDecode;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  int attempts = 1;
};

// A record on its way. While the outcome is empty the record still has to be scored.
struct BatchItem {
  Record record;
  std::string text;
  std::variant<std::monostate, Score, Failure> outcome;

  bool settled() const { return !std::holds_alternative<std::monostate>(outcome); }
};

// The part of a batch that comes from one partition, under one assignment of it.
struct PartitionSlice {
  TopicPartition partition;
  uint64_t epoch = 0;
  int64_t first_offset = 0;
  int64_t next_offset = 0;  // one past its last record
};

// A micro-batch: read together, sent together, written together. Items keep the order they were
// read in.
struct Batch {
  uint64_t id = 0;
  std::vector<BatchItem> items;
  std::vector<PartitionSlice> slices;  // filled by OffsetLedger::Open
  size_t text_bytes = 0;
  size_t records_sent = 0;  // items when it was sent
  size_t bytes_sent = 0;    // of their values
  absl::Time opened_at;     // when its first record was read
  absl::Time sent_at;       // to the scorer
  absl::Time scored_at;     // when it came back

  // Forgets the records and the slice of a partition.
  void Drop(const TopicPartition& partition);
};

}  // namespace serin::stream
