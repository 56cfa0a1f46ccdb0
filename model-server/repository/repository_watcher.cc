#include "model-server/repository/repository_watcher.h"

namespace serin::model_server {

RepositoryWatcher::RepositoryWatcher(ModelRepository& repository, absl::Duration interval)
    : repository_(repository),
      interval_(interval == absl::ZeroDuration() ? absl::InfiniteDuration() : interval),
      thread_([this] { Run(); }) {}

RepositoryWatcher::~RepositoryWatcher() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void RepositoryWatcher::Poke() {
  absl::MutexLock lock(&mutex_);
  poked_ = true;
}

void RepositoryWatcher::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &RepositoryWatcher::Due), interval_);
      if (stop_) return;
      poked_ = false;
    }
    // Every fault was told to the repository's listener.
    repository_.Refresh().IgnoreError();
  }
}

}  // namespace serin::model_server
