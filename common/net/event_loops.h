#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "common/net/event_loop.h"

namespace serin {

// The loops of a process. Thread-safe.
class EventLoops {
 public:
  explicit EventLoops(size_t count) {
    for (size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<EventLoop>());
  }

  size_t size() const { return loops_.size(); }
  EventLoop& operator[](size_t i) const { return *loops_[i]; }
  // Each in turn.
  size_t NextIndex() { return next_.fetch_add(1, std::memory_order_relaxed) % loops_.size(); }

 private:
  std::vector<std::unique_ptr<EventLoop>> loops_;
  std::atomic<size_t> next_{0};
};

}  // namespace serin
