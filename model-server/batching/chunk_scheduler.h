#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace serin::model_server {

// Spreads large batches over worker threads in small chunks, round robin between the batches, so
// that a batch of 100,000 items delays one of 100 by a few chunks and not by its whole length.
//
// Thread-safe. The destructor waits for all work that was handed in.
class ChunkScheduler {
 public:
  // Items [begin, end) of a batch; called from several threads at once for disjoint ranges.
  using Work = std::function<void(size_t begin, size_t end)>;
  using Done = std::function<void()>;

  // kBackground: threads that leave the processor to all others that want it, for work that nobody
  // waits for as for a single text. They should hold no lock that others wait for.
  enum class Priority { kNormal, kBackground };

  ChunkScheduler(int threads, size_t chunk_items, Priority priority = Priority::kNormal);
  ~ChunkScheduler();

  // Runs `work` over [0, count), then `done` once. A batch of one chunk at most runs in the calling
  // thread, which costs no switch; a larger one on the workers.
  void Run(size_t count, Work work, Done done);

  // Runs `work` on a worker, after what waits there already.
  void RunApart(Done work);

  // Whether the calling thread is one of its workers.
  bool InWorker() const { return worker_of_ == this; }

  // Each range begins at a multiple of this.
  size_t chunk_items() const { return chunk_items_; }

 private:
  struct Batch {
    size_t count;
    Work work;
    Done done;
    size_t next = 0;      // first item not handed out
    size_t finished = 0;  // items done
  };

  // The scheduler of the thread, if it is a worker.
  static thread_local const ChunkScheduler* worker_of_;

  void Add(size_t count, Work work, Done done);
  void RunWorker();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !waiting_.empty() || stop_; }

  const size_t chunk_items_;
  absl::Mutex mutex_;
  // Batches with items not handed out; the front gives the next chunk and goes to the back.
  std::deque<std::shared_ptr<Batch>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace serin::model_server
