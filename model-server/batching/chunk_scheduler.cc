#include "model-server/batching/chunk_scheduler.h"

#include <sched.h>

#include <algorithm>
#include <utility>

namespace serin::model_server {
namespace {

// Niceness would not do: a thread that wakes up takes the processor at once only from idle ones,
// and waits for the end of a slice, some milliseconds, of nice ones. Where the system refuses, the
// threads stay as they are.
void RunWhenIdle() {
  const sched_param none{};
  (void)sched_setscheduler(/*pid: this thread=*/0, SCHED_IDLE, &none);
}

}  // namespace

thread_local const ChunkScheduler* ChunkScheduler::worker_of_ = nullptr;

ChunkScheduler::ChunkScheduler(int threads, size_t chunk_items, Priority priority)
    : chunk_items_(chunk_items) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, priority] {
      if (priority == Priority::kBackground) RunWhenIdle();
      worker_of_ = this;
      RunWorker();
    });
  }
}

ChunkScheduler::~ChunkScheduler() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void ChunkScheduler::Run(size_t count, Work work, Done done) {
  if (count <= chunk_items_) {
    work(0, count);
    done();
    return;
  }
  Add(count, std::move(work), std::move(done));
}

void ChunkScheduler::RunApart(Done work) {
  Add(
      1, [](size_t, size_t) {}, std::move(work));
}

void ChunkScheduler::Add(size_t count, Work work, Done done) {
  auto batch = std::make_shared<Batch>();
  batch->count = count;
  batch->work = std::move(work);
  batch->done = std::move(done);
  absl::MutexLock lock(&mutex_);
  waiting_.push_back(std::move(batch));
}

void ChunkScheduler::RunWorker() {
  while (true) {
    std::shared_ptr<Batch> batch;
    size_t begin = 0;
    size_t end = 0;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &ChunkScheduler::HasWork));
      if (waiting_.empty()) return;
      batch = std::move(waiting_.front());
      waiting_.pop_front();
      begin = batch->next;
      end = batch->next = std::min(begin + chunk_items_, batch->count);
      if (end < batch->count) waiting_.push_back(batch);
    }
    batch->work(begin, end);
    bool last = false;
    {
      absl::MutexLock lock(&mutex_);
      batch->finished += end - begin;
      last = batch->finished == batch->count;
    }
    if (last) batch->done();
  }
}

}  // namespace serin::model_server
