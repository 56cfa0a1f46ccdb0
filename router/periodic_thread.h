#pragma once

#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace serin::router {

// Calls a function every `period` on a thread of its own until destroyed.
class PeriodicThread {
 public:
  PeriodicThread(absl::Duration period, std::function<void()> work)
      : thread_([this, period, work = std::move(work)] {
          while (!stop_.WaitForNotificationWithTimeout(period)) work();
        }) {}

  ~PeriodicThread() {
    stop_.Notify();
    thread_.join();
  }

 private:
  absl::Notification stop_;
  std::thread thread_;
};

}  // namespace serin::router
