#include "router/traffic/block_schedule.h"

#include "common/hashing/stable_hash.h"
#include "common/status/check.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

constexpr uint32_t kBlocks = kSlots / kBlockSize;
constexpr int kRounds = 6;
// Coprime with 100 and near its golden section, so that extras of a version lie far apart.
constexpr uint32_t kStride = 61;

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

uint32_t Permute(uint32_t position, uint64_t key) {
  uint32_t left = position / 10;
  uint32_t right = position % 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t hash = Mix(key ^ (static_cast<uint64_t>(round) << 8 | right));
    const uint32_t next = (left + static_cast<uint32_t>(MulHi(hash, 10))) % 10;
    left = right;
    right = next;
  }
  return left * 10 + right;
}

}  // namespace

// What a block of 100 cannot hold exactly is dealt by systematic sampling: the fractions (slot
// count mod 100) lie end to end on a line, and block b gives one extra to the version under each of
// the points u, u + 100, u + 200, ... As u runs over 0..99 once in 100 blocks, every point of the
// line is hit once, so each version gets exactly its fraction; as no fraction reaches 100, no
// version gets two extras in one block.
BlockSchedule::BlockSchedule(const std::vector<uint32_t>& slot_counts, uint64_t seed)
    : seed_(seed) {
  versions_.reserve(kSlots);
  for (uint32_t block = 0; block < kBlocks; ++block) {
    const uint32_t offset = block * kStride % kBlockSize;
    uint32_t begin = 0;
    for (size_t version = 0; version < slot_counts.size(); ++version) {
      const uint32_t end = begin + slot_counts[version] % kBlockSize;
      // Points of the form offset + 100 k that lie in [begin, end): at most one.
      const auto below = [&](uint32_t x) { return (x + kBlockSize - 1 - offset) / kBlockSize; };
      const uint32_t extras = below(end) - below(begin);
      versions_.insert(versions_.end(), slot_counts[version] / kBlockSize + extras,
                       static_cast<uint16_t>(version));
      begin = end;
    }
    SERIN_CHECK(versions_.size() == size_t{block + 1} * kBlockSize);
  }
}

BlockSchedule::Place BlockSchedule::At(uint64_t sequence) const {
  const uint64_t block = sequence / kBlockSize;
  const uint32_t position = static_cast<uint32_t>(sequence % kBlockSize);
  const uint32_t ticket = Permute(position, Mix(seed_ ^ Mix(block)));
  const auto row = static_cast<uint32_t>(block % kBlocks) * kBlockSize;
  return {versions_[row + ticket], block, position};
}

}  // namespace serin::router
