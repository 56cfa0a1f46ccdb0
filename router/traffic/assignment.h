#pragma once

#include <cstdint>
#include <string_view>

#include "router/traffic/block_schedule.h"
#include "router/traffic/slot_table.h"

namespace serin::router {

// Why a version answered; the values are those of serin.v1.Assignment.
enum class AssignmentKind : uint8_t {
  kKey = 1,
  kBlock = 2,
  kPinned = 3,
  kFallback = 4,
  kSpill = 5
};

inline constexpr int kAssignmentKinds = 6;

// "KEY", "BLOCK", "PINNED", "FALLBACK", "SPILL".
std::string_view AssignmentName(AssignmentKind kind);

// What a revision of a route says about every request: (key | sequence) -> version. Pure and
// immutable, so any assignment can be replayed from the log. Thread-safe.
class Split {
 public:
  struct Choice {
    uint16_t version;
    AssignmentKind kind;
    uint32_t slot = 0;      // By key.
    uint64_t block = 0;     // By sequence.
    uint32_t position = 0;  // By sequence.
  };

  // The salt of keys comes from the route alone, so a key keeps its slot over revisions; the order
  // inside blocks differs between revisions.
  Split(std::string_view route, uint64_t revision, SlotTable table, size_t versions);

  Choice ByKey(std::string_view key) const;
  Choice BySequence(uint64_t sequence) const;

  const SlotTable& table() const { return table_; }

 private:
  uint64_t salt_;
  SlotTable table_;
  BlockSchedule schedule_;
};

// The slot of a key in [0, 10,000): the high bits of XXH3_64 seeded with XXH3_64 of the route.
uint32_t KeySlot(uint64_t salt, std::string_view key);

}  // namespace serin::router
