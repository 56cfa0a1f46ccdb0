#pragma once

#include <cstdint>
#include <vector>

namespace serin::router {

// Keyless requests are served in blocks of this many.
inline constexpr uint32_t kBlockSize = 100;

// Turns the place of a keyless request into a version: permuted blocks. Every aligned block of 100
// holds each version floor or ceil of its share times, and exactly its share when 100 divides it;
// every aligned 10,000 hold exactly the slot counts. Inside a block the order is pseudo-random, by
// a small Feistel network over Z10 x Z10 (Black & Rogaway 2002, "Ciphers with Arbitrary Finite
// Domains") that is keyed by (seed, block). Immutable, pure, no allocation per call.
class BlockSchedule {
 public:
  struct Place {
    uint16_t version;
    uint64_t block;
    uint32_t position;
  };

  // `slot_counts` add up to kSlots.
  BlockSchedule(const std::vector<uint32_t>& slot_counts, uint64_t seed);

  // The version of the sequence-th keyless request, counted from 0.
  Place At(uint64_t sequence) const;

 private:
  uint64_t seed_;
  // versions_[b * 100 + i]: the version of the i-th ticket of block b (mod 100), before permuting.
  std::vector<uint16_t> versions_;
};

}  // namespace serin::router
