#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace serin::router {

// A histogram that many threads fill without a lock and a scrape reads. Values are integers
// (nanoseconds, items). Thread-safe; a concurrent reader sees each observation entirely or not yet
// in each of its parts.
class IntHistogram {
 public:
  // Upper bounds, rising, included; one more bucket takes what lies above.
  explicit IntHistogram(std::vector<int64_t> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void Observe(int64_t value, uint64_t count = 1) {
    size_t bucket = 0;
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    counts_[bucket].fetch_add(count, std::memory_order_relaxed);
    sum_.fetch_add(value * static_cast<int64_t>(count), std::memory_order_relaxed);
  }

  const std::vector<int64_t>& bounds() const { return bounds_; }
  // Not cumulative.
  uint64_t count(size_t bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }
  int64_t sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<int64_t> bounds_;
  std::vector<std::atomic<uint64_t>> counts_;
  std::atomic<int64_t> sum_{0};
};

}  // namespace serin::router
