#pragma once

#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace serin::model_server {

// A call that may last for ever and can be asked to end.
class DrainableStream {
 public:
  virtual ~DrainableStream() = default;
  // Take no more batches, answer those that were taken, end with OK. May be called from any thread
  // between Add and Remove; must not call the registry.
  virtual void Drain() = 0;
};

// The long-lived calls of a server, so that a drain need not wait until it cuts them off.
// Thread-safe.
class StreamRegistry {
 public:
  // A stream that is added after DrainAll() is asked to drain at once.
  void Add(DrainableStream& stream);

  // After this returns the stream is not called any more.
  void Remove(DrainableStream& stream);

  void DrainAll();

 private:
  absl::Mutex mutex_;
  std::set<DrainableStream*> streams_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace serin::model_server
