#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "model-server/repository/model_repository.h"

namespace serin::model_server {

// Refreshes a repository on a thread of its own, at an interval and whenever it is poked.
class RepositoryWatcher {
 public:
  // `repository` is not owned and must outlive the watcher. Interval zero: only when poked.
  RepositoryWatcher(ModelRepository& repository, absl::Duration interval);

  // Waits for a refresh under way.
  ~RepositoryWatcher();

  // Asks for a refresh now; returns at once. Thread-safe.
  void Poke();

 private:
  void Run();
  bool Due() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return poked_ || stop_; }

  ModelRepository& repository_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool poked_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace serin::model_server
