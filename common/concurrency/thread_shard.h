#pragma once

#include <atomic>
#include <cstddef>

namespace serin {

// How many shards a counter that many threads write is cut into.
inline constexpr size_t kThreadShards = 8;

// The calling thread's shard, in [0, kThreadShards): threads are dealt out in turn, so that a few
// busy ones do not write the same cache line.
inline size_t ThreadShard() {
  static std::atomic<size_t> next{0};
  thread_local const size_t shard = next.fetch_add(1, std::memory_order_relaxed) % kThreadShards;
  return shard;
}

}  // namespace serin
