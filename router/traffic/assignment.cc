#include "router/traffic/assignment.h"

#include <utility>

#include "common/hashing/stable_hash.h"

namespace serin::router {
namespace {

uint64_t BlockSeed(uint64_t salt, uint64_t revision) {
  const uint64_t parts[] = {salt, revision};
  return StableHash({reinterpret_cast<const char*>(parts), sizeof(parts)});
}

}  // namespace

std::string_view AssignmentName(AssignmentKind kind) {
  switch (kind) {
    case AssignmentKind::kKey:
      return "KEY";
    case AssignmentKind::kBlock:
      return "BLOCK";
    case AssignmentKind::kPinned:
      return "PINNED";
    case AssignmentKind::kFallback:
      return "FALLBACK";
    case AssignmentKind::kSpill:
      return "SPILL";
  }
  return "";
}

uint32_t KeySlot(uint64_t salt, std::string_view key) {
  return static_cast<uint32_t>(MulHi(StableHash(key, salt), kSlots));
}

Split::Split(std::string_view route, uint64_t revision, SlotTable table, size_t versions)
    : salt_(StableHash(route)),
      table_(std::move(table)),
      schedule_(table_.Counts(versions), BlockSeed(salt_, revision)) {}

Split::Choice Split::ByKey(std::string_view key) const {
  const uint32_t slot = KeySlot(salt_, key);
  return {.version = table_[slot], .kind = AssignmentKind::kKey, .slot = slot};
}

Split::Choice Split::BySequence(uint64_t sequence) const {
  const BlockSchedule::Place place = schedule_.At(sequence);
  return {.version = place.version,
          .kind = AssignmentKind::kBlock,
          .block = place.block,
          .position = place.position};
}

}  // namespace serin::router
