#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace serin::stream {

// Lets the pipeline's thread sleep until there is news. Notify is thread-safe; WaitUntil belongs to
// one thread.
class Wakeup {
 public:
  virtual ~Wakeup() = default;
  virtual void Notify() = 0;
  // Returns at `deadline`, or earlier when Notify was called since the last return.
  virtual void WaitUntil(absl::Time deadline) = 0;
};

class MutexWakeup final : public Wakeup {
 public:
  void Notify() override {
    absl::MutexLock lock(&mutex_);
    notified_ = true;
  }
  void WaitUntil(absl::Time deadline) override {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(&notified_), deadline);
    notified_ = false;
  }

 private:
  absl::Mutex mutex_;
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace serin::stream
