#include "common/lifecycle/shutdown_signal.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

namespace serin {
namespace {

constexpr int kExitOnSecondSignal = 130;

sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

ShutdownSignal::ShutdownSignal() {
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A peer that closes its connection must end a write with EPIPE, not the process.
  signal(SIGPIPE, SIG_IGN);
  listener_ = std::thread([this] { Listen(); });
}

ShutdownSignal::~ShutdownSignal() {
  stopping_.Notify();
  pthread_kill(listener_.native_handle(), SIGTERM);
  listener_.join();
}

void ShutdownSignal::Listen() {
  const sigset_t signals = WatchedSignals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (stopping_.HasBeenNotified()) return;
    if (signal == SIGHUP) {
      absl::MutexLock lock(&mutex_);
      if (reload_) reload_();
      continue;
    }
    if (requested_.HasBeenNotified()) _exit(kExitOnSecondSignal);
    requested_.Notify();
  }
}

void ShutdownSignal::Wait() { requested_.WaitForNotification(); }

bool ShutdownSignal::WaitFor(absl::Duration timeout) {
  return requested_.WaitForNotificationWithTimeout(timeout);
}

void ShutdownSignal::OnReload(std::function<void()> reload) {
  absl::MutexLock lock(&mutex_);
  reload_ = std::move(reload);
}

void ShutdownSignal::Trigger() { pthread_kill(listener_.native_handle(), SIGTERM); }

}  // namespace serin
