#pragma once

#include <atomic>
#include <cstdint>

namespace serin::http2 {

// What becomes of a port's connections. Thread-safe.
struct ConnectionCounts {
  std::atomic<int64_t> open{0};
  // Times that nothing could be accepted, for want of descriptors or memory.
  std::atomic<uint64_t> exhausted{0};
  // Refused, as too many were open.
  std::atomic<uint64_t> over_limit{0};
  // Cut off: never began to speak, took nothing of what waited for them, flooded.
  std::atomic<uint64_t> silent{0};
  std::atomic<uint64_t> stalled{0};
  std::atomic<uint64_t> flooded{0};
};

}  // namespace serin::http2
