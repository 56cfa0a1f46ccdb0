#pragma once

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "router/backends/upstream.h"

namespace serin::router {

// Owns all endpoints of the process and gives them their ticks. Who sends to an endpoint shares it;
// when only the pool has it left, everything that was sent there is done and nothing will be: it is
// drained, and the pool closes and destroys it, on the thread of Tick(), never in a callback of the
// endpoint itself. Thread-safe.
class EndpointPool {
 public:
  EndpointPool() = default;
  // Closes all endpoints, drained or not.
  ~EndpointPool();
  EndpointPool(const EndpointPool&) = delete;
  EndpointPool& operator=(const EndpointPool&) = delete;

  void Add(std::shared_ptr<Upstream> endpoint);

  // Call it every few milliseconds, from one thread.
  void Tick();
  // The same, from another thread.
  void Connect();

  // Draining ones included.
  size_t size() const;

 private:
  Upstreams TakeDrained();
  Upstreams All() const;

  mutable absl::Mutex mutex_;
  Upstreams endpoints_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace serin::router
