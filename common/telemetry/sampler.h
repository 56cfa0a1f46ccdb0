#pragma once

#include <cstdint>

namespace serin {

// Takes a share of what comes, each by itself and at random. Thread-safe, without a lock.
class Sampler {
 public:
  // `share` in [0, 1].
  explicit Sampler(double share);

  // Asked once for each.
  bool Takes() const;

 private:
  const bool all_;
  const uint64_t threshold_;  // of a uniform 64-bit number
};

}  // namespace serin
