#pragma once

#include <cstdint>
#include <string_view>

namespace serin {

// XXH3_64bits of the bytes with seed 0: the same on every machine and in every release, so results
// of it may be stored and replayed. Golden vectors: tests/common/hashing/stable_hash_golden.txt.
uint64_t StableHash(std::string_view bytes);

// The same with a seed, for independent choices over the same key.
uint64_t StableHash(std::string_view bytes, uint64_t seed);

// Maps a hash to [0, range) by its high bits (Lemire 2016), without the bias of a modulo by a small
// range and without a division.
constexpr uint64_t MulHi(uint64_t hash, uint64_t range) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>((static_cast<Wide>(hash) * range) >> 64);
}

}  // namespace serin
