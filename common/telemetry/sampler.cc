#include "common/telemetry/sampler.h"

#include <cmath>

#include "common/hashing/stable_hash.h"

namespace serin {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014) on a counter of the thread.
uint64_t NextRandom() {
  thread_local uint64_t state = StableHash("sampler", reinterpret_cast<uintptr_t>(&state));
  uint64_t x = state += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace

Sampler::Sampler(double share)
    : all_(share >= 1), threshold_(all_ ? 0 : static_cast<uint64_t>(std::ldexp(share, 64))) {}

bool Sampler::Takes() const { return all_ || NextRandom() < threshold_; }

}  // namespace serin
