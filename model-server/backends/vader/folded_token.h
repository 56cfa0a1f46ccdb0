#pragma once

#include <array>
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

// Folds a token of at most kMaxBytes bytes. ASCII capitals are folded, other bytes are kept.
FoldedToken FoldToken(std::string_view token);

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
  return fold(b[0] ^ 0x9E3779B97F4A7C15ULL, b[1] ^ 0xD1B54A32D192ED03ULL ^ token.size) ^
         fold(b[2] ^ 0x8CB92BA72F3D8DD7ULL, b[3] ^ 0xABC98388FB8FAC03ULL);
}

}  // namespace serin::model_server
