#pragma once

#include <atomic>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "router/backends/backoff.h"

namespace serin::router {

// Follows the health of one server with grpc.health.v1.Health/Watch, for the whole server. A server
// without that service counts as serving as long as it answers. A watch that says anything but
// SERVING is ended and begun anew with backoff, so that no server waits for it to drain.
// Thread-safe.
class EndpointHealth {
 public:
  EndpointHealth(std::shared_ptr<grpc::Channel> channel, const Clock& clock);
  ~EndpointHealth() { Close(); }

  bool serving() const { return serving_.load(std::memory_order_relaxed); }

  // Call it every few milliseconds: opens the watch again when it has ended and its backoff passed.
  void Tick();

  // Ends the watch; returns when it has ended. Not serving from then on.
  void Close();

 private:
  class Watch;

  void OnEnded(bool unimplemented);

  const std::unique_ptr<grpc::health::v1::Health::Stub> stub_;
  const Clock& clock_;
  std::atomic<bool> serving_{false};

  absl::Mutex mutex_;
  Watch* watch_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time retry_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace serin::router
