#pragma once

namespace serin::router {

class RoutedCall;

// The port through which it is told how calls went. Thread-safe; must not block.
class CallLog {
 public:
  virtual ~CallLog() = default;
  // All items are done, the caller is about to be answered. The call may be gone afterwards.
  virtual void OnDone(const RoutedCall& call) = 0;
};

}  // namespace serin::router
