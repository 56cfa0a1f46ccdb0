#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace serin {

// Whether a process may be sent traffic: true when every named condition holds. A process without
// conditions is not ready. Thread-safe.
class Readiness {
 public:
  // Called after each change of ready(), one call at a time; it may read this object, not Set() it.
  using Listener = std::function<void(bool ready)>;

  // Sets or replaces one condition; `why` tells people what a false one waits for.
  void Set(std::string_view condition, bool holds, std::string_view why = "");

  bool ready() const;

  // One line a condition: `name: ok` or `name: <why>`.
  std::string Describe() const;

  // At most one listener; call before the first Set().
  void OnChange(Listener listener);

 private:
  struct Condition {
    bool holds = false;
    std::string why;
  };

  bool ReadyLocked() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  // Held while the listener runs, so that it hears changes in their order.
  absl::Mutex notify_mutex_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Condition, std::less<>> conditions_ ABSL_GUARDED_BY(mutex_);
  Listener listener_ ABSL_GUARDED_BY(notify_mutex_);
};

}  // namespace serin
