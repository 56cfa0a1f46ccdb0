// What ThreadSanitizer must know of Abseil's locks. The packaged library is not instrumented, so
// without this every use of what an absl::Mutex guards would look like a race. These definitions
// take the place of the library's for the whole program (gRPC's own locks included), tell the
// sanitizer and call the library. Linked into tests of the tsan preset alone.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace {

// The library's own definition of a mangled name; member functions take `this` as first argument.
template <typename Function>
Function* Original(const char* symbol) {
  void* const found = dlsym(RTLD_NEXT, symbol);
  // Another Abseil than the one whose names stand here.
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function*>(found);
}

// A condition is evaluated by whoever holds the lock at that time.
struct KnownCondition {
  absl::Mutex* mutex;
  const absl::Condition* condition;

  static bool Eval(KnownCondition* self) {
    __tsan_acquire(self->mutex);
    const bool result = self->condition->Eval();
    __tsan_release(self->mutex);
    return result;
  }
};

// Notification::notified_yet_, which headers read without a call: the member after the mutex.
void* FlagOf(const absl::Notification* notification) {
  const char* const self = reinterpret_cast<const char*>(notification);
  return const_cast<char*>(self) + sizeof(absl::Mutex);
}

}  // namespace

#define SERIN_ORIGINAL(symbol, ...) \
  static auto* const original = Original<__VA_ARGS__>("_ZN4absl7debian3" symbol)
#define SERIN_CONST_ORIGINAL(symbol, ...) \
  static auto* const original = Original<__VA_ARGS__>("_ZNK4absl7debian3" symbol)

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  SERIN_ORIGINAL("5Mutex4LockEv", void(Mutex*));
  original(this);
  __tsan_acquire(this);
}

void Mutex::Unlock() {
  SERIN_ORIGINAL("5Mutex6UnlockEv", void(Mutex*));
  __tsan_release(this);
  original(this);
}

bool Mutex::TryLock() {
  SERIN_ORIGINAL("5Mutex7TryLockEv", bool(Mutex*));
  const bool locked = original(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::ReaderLock() {
  SERIN_ORIGINAL("5Mutex10ReaderLockEv", void(Mutex*));
  original(this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  SERIN_ORIGINAL("5Mutex12ReaderUnlockEv", void(Mutex*));
  __tsan_release(this);
  original(this);
}

void Mutex::Await(const Condition& condition) {
  SERIN_ORIGINAL("5Mutex5AwaitERKNS0_9ConditionE", void(Mutex*, const Condition&));
  KnownCondition known{this, &condition};
  __tsan_release(this);
  original(this, Condition(&KnownCondition::Eval, &known));
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, absl::Duration timeout) {
  SERIN_ORIGINAL("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE",
                 bool(Mutex*, const Condition&, absl::Duration));
  KnownCondition known{this, &condition};
  __tsan_release(this);
  const bool result = original(this, Condition(&KnownCondition::Eval, &known), timeout);
  __tsan_acquire(this);
  return result;
}

bool Mutex::AwaitWithDeadline(const Condition& condition, absl::Time deadline) {
  SERIN_ORIGINAL("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE",
                 bool(Mutex*, const Condition&, absl::Time));
  KnownCondition known{this, &condition};
  __tsan_release(this);
  const bool result = original(this, Condition(&KnownCondition::Eval, &known), deadline);
  __tsan_acquire(this);
  return result;
}

void CondVar::Wait(Mutex* mutex) {
  SERIN_ORIGINAL("7CondVar4WaitEPNS0_5MutexE", void(CondVar*, Mutex*));
  __tsan_release(mutex);
  original(this, mutex);
  __tsan_acquire(mutex);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, absl::Time deadline) {
  SERIN_ORIGINAL("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE",
                 bool(CondVar*, Mutex*, absl::Time));
  __tsan_release(mutex);
  const bool timed_out = original(this, mutex, deadline);
  __tsan_acquire(mutex);
  return timed_out;
}

void Notification::Notify() {
  SERIN_ORIGINAL("12Notification6NotifyEv", void(Notification*));
  __tsan_release(FlagOf(this));
  original(this);
}

void Notification::WaitForNotification() const {
  SERIN_CONST_ORIGINAL("12Notification19WaitForNotificationEv", void(const Notification*));
  original(this);
  __tsan_acquire(FlagOf(this));
}

bool Notification::WaitForNotificationWithTimeout(absl::Duration timeout) const {
  SERIN_CONST_ORIGINAL("12Notification30WaitForNotificationWithTimeoutENS0_8DurationE",
                       bool(const Notification*, absl::Duration));
  const bool notified = original(this, timeout);
  if (notified) __tsan_acquire(FlagOf(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  SERIN_ORIGINAL("15BlockingCounter14DecrementCountEv", bool(BlockingCounter*));
  __tsan_release(this);
  return original(this);
}

void BlockingCounter::Wait() {
  SERIN_ORIGINAL("15BlockingCounter4WaitEv", void(BlockingCounter*));
  original(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
