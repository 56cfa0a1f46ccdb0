#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace serin::model_server {

// A token in lower case, zero-padded to a fixed size: the key of the vocabulary. Comparing or
// hashing one is a handful of 64-bit operations, without a loop or an allocation.
struct FoldedToken {
  static constexpr size_t kMaxBytes = 32;

  std::array<uint64_t, kMaxBytes / 8> blocks{};
  uint32_t size = 0;

  friend bool operator==(const FoldedToken& a, const FoldedToken& b) {
    return a.size == b.size && a.blocks == b.blocks;
  }
};

// Bit 7 of each byte of `block` that is 'A' to 'Z'. Adding to the low seven bits carries into bit 7
// exactly for the bytes from 'A' (or from 'Z' + 1) up and never into the next byte.
inline uint64_t CapitalBits(uint64_t block) {
  constexpr uint64_t kEveryByte = 0x0101010101010101ULL;
  const uint64_t low = block & kEveryByte * 0x7F;
  const uint64_t from_a = low + kEveryByte * (0x80 - 'A');
  const uint64_t beyond_z = low + kEveryByte * (0x7F - 'Z');
  return (from_a ^ beyond_z) & ~block & kEveryByte * 0x80;
}

inline uint64_t FoldBlock(uint64_t block) { return block | CapitalBits(block) >> 2; }

template <typename Integer>
inline uint64_t LoadAs(const char* bytes) {
  Integer value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// The first `size` (1 to 8) bytes in the low bytes of a block, the rest zero, reading no other: two
// overlapping loads, which agree where they overlap.
inline uint64_t LoadPartialBlock(const char* bytes, size_t size) {
  if (size >= 4) {
    return LoadAs<uint32_t>(bytes) | LoadAs<uint32_t>(bytes + size - 4) << (8 * (size - 4));
  }
  const uint64_t first_two = LoadAs<uint8_t>(bytes) | LoadAs<uint8_t>(bytes + size / 2)
                                                          << (8 * (size / 2));
  return first_two | LoadAs<uint8_t>(bytes + size - 1) << (8 * (size - 1));
}

// Folds a token of 1 to kMaxBytes bytes. ASCII capitals are folded, other bytes are kept.
inline FoldedToken FoldToken(std::string_view token) {
  static_assert(std::endian::native == std::endian::little);
  FoldedToken folded;
  folded.size = static_cast<uint32_t>(token.size());
  const char* bytes = token.data();
  size_t left = token.size();
  uint64_t* block = folded.blocks.data();
  for (; left > 8; left -= 8, bytes += 8) *block++ = FoldBlock(LoadAs<uint64_t>(bytes));
  *block = FoldBlock(LoadPartialBlock(bytes, left));
  return folded;
}

// The same for a token with U+212A KELVIN SIGN in it, which folds to 'k'; it is looked for only
// here, since folding it changes the size. The token may have any size; what is too long when
// folded gives an empty FoldedToken, which no vocabulary holds.
FoldedToken FoldTokenWithKelvinSign(std::string_view token);

inline uint64_t HashToken(const FoldedToken& token) {
  __extension__ using Wide = unsigned __int128;
  const auto fold = [](uint64_t a, uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  };
  const auto& b = token.blocks;
  const uint64_t front =
      fold(b[0] ^ 0x9E3779B97F4A7C15ULL, b[1] ^ 0xD1B54A32D192ED03ULL ^ token.size);
  if (token.size <= 16) return front;
  return front ^ fold(b[2] ^ 0x8CB92BA72F3D8DD7ULL, b[3] ^ 0xABC98388FB8FAC03ULL);
}

}  // namespace serin::model_server
