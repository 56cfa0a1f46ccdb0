#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace serin::stream {

// A header of a record. Names may repeat; the order counts.
struct RecordHeader {
  std::string_view name;
  std::optional<std::string_view> value;
};

// A record as it was read: its bytes are never changed. The views point into memory that `owner`
// keeps (librdkafka's message, or a test's strings) and live as long as the record does; `topic`
// points to a name the source keeps for its own lifetime. Moves, never copies.
struct Record {
  using Owner = std::unique_ptr<void, void (*)(void*)>;

  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;  // nullopt: a tombstone
  std::vector<RecordHeader> headers;
  int64_t timestamp_ms = -1;  // milliseconds since the epoch; -1: the record has none
  Owner owner{nullptr, [](void*) {}};
};

// A partition, also when the names behind the views of its records are gone.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a 0 in what <=> is expanded to
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// The next offset to read of a partition: what a consumer group stores.
struct PartitionOffset {
  TopicPartition partition;
  int64_t next_offset = 0;

  friend bool operator==(const PartitionOffset&, const PartitionOffset&) = default;
};

}  // namespace serin::stream
