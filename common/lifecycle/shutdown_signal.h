#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace serin {

// Turns SIGINT and SIGTERM into something that can be waited for. The first one asks for a drain;
// the second ends the process at once with exit code 130. SIGHUP asks for a reload: it calls a
// function, and is ignored where there is none.
//
// Construct it first in main(), before any thread: it blocks the signals in the calling thread and
// so in every thread started later. One object a process. Wait() and Trigger() are thread-safe.
class ShutdownSignal {
 public:
  ShutdownSignal();
  ~ShutdownSignal();
  ShutdownSignal(const ShutdownSignal&) = delete;
  ShutdownSignal& operator=(const ShutdownSignal&) = delete;

  void Wait();

  // Whether the signal came within `timeout`.
  bool WaitFor(absl::Duration timeout);

  // Called on SIGHUP, on a thread of this object; must not block long. Thread-safe.
  void OnReload(std::function<void()> reload);

  // As if a first signal had come.
  void Trigger();

 private:
  void Listen();

  absl::Mutex mutex_;
  std::function<void()> reload_ ABSL_GUARDED_BY(mutex_);
  absl::Notification requested_;
  absl::Notification stopping_;
  std::thread listener_;
};

}  // namespace serin
