#include "model-server/backends/vader/folded_token.h"

#include "model-server/backends/vader/unicode_class.h"

namespace serin::model_server {
namespace {

constexpr uint64_t EveryByte(uint8_t byte) { return 0x0101010101010101ULL * byte; }

// Bit 7 of each byte that is 'A' to 'Z'. Adding to the low seven bits carries into bit 7 exactly
// for the bytes from 'A' (or from 'Z' + 1) up and never into the next byte.
uint64_t CapitalBits(uint64_t block) {
  const uint64_t low = block & EveryByte(0x7F);
  const uint64_t from_a = low + EveryByte(0x80 - 'A');
  const uint64_t beyond_z = low + EveryByte(0x7F - 'Z');
  return (from_a ^ beyond_z) & ~block & EveryByte(0x80);
}

}  // namespace

FoldedToken FoldToken(std::string_view token) {
  FoldedToken folded;
  folded.size = static_cast<uint32_t>(token.size());
  std::memcpy(folded.blocks.data(), token.data(), token.size());
  for (uint64_t& block : folded.blocks) block |= CapitalBits(block) >> 2;
  return folded;
}

FoldedToken FoldTokenWithKelvinSign(std::string_view token) {
  std::array<char, FoldedToken::kMaxBytes> shorter;
  size_t size = 0;
  while (!token.empty() && size < shorter.size()) {
    const bool kelvin = token.substr(0, kKelvinSign.size()) == kKelvinSign;
    shorter[size++] = kelvin ? 'k' : token[0];
    token.remove_prefix(kelvin ? kKelvinSign.size() : 1);
  }
  if (!token.empty()) return {};
  return FoldToken(std::string_view(shorter.data(), size));
}

}  // namespace serin::model_server
