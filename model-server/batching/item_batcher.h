#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/time/clock.h"
#include "model-server/batching/batching_policy.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// One text that waits for its batch.
struct BatchedItem {
  std::string_view text;  // must live until `done` was called
  // OK while somebody waits for the answer; asked right before the batch starts.
  std::function<absl::Status()> still_wanted;
  // Called once, on the batcher's thread. `inference` is the item's share of its batch's time; zero
  // if it was not scored.
  std::function<void(absl::StatusOr<Sentiment> outcome, absl::Duration inference)> done;
};

// The items that wait, in the order they came. Pure: the time is told. Not thread-safe.
class BatchQueue {
 public:
  explicit BatchQueue(const BatchingPolicy& policy) : policy_(policy) {}

  void Add(BatchedItem item, absl::Time now) { waiting_.push_back({std::move(item), now}); }

  struct Taken {
    std::vector<BatchedItem> batch;
    // Those whose turn came and that nobody wants any more, with what still_wanted() said.
    std::vector<std::pair<BatchedItem, absl::Status>> unwanted;
  };

  // The batch that starts now, maybe none. Unwanted items take no room in it.
  Taken TakeDue(absl::Time now);

  // When TakeDue() gives something if nothing is added before; InfiniteFuture() when empty.
  absl::Time NextDue() const;

  bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    BatchedItem item;
    absl::Time since;
  };

  size_t Due(absl::Time now) const;
  // Moves those that nobody wants any more out of the first so many; returns whether there were
  // any.
  bool RemoveUnwanted(size_t among, std::vector<std::pair<BatchedItem, absl::Status>>& unwanted);

  BatchingPolicy policy_;
  std::deque<Waiting> waiting_;
};

// Gathers the items of all calls to one model and has it score them batch by batch, on a thread of
// its own; while one batch is worked on the next one gathers. Thread-safe.
class ItemBatcher {
 public:
  // `clock` must outlive the batcher.
  ItemBatcher(const BatchingPolicy& policy, std::shared_ptr<const Model> model, const Clock& clock);

  // Answers what was handed in first, unless it runs within a `done`.
  ~ItemBatcher();

  void Submit(BatchedItem item);

 private:
  // What the thread works with. It is shared because the last call of a model that was unloaded
  // destroys the batcher from within its thread.
  struct State {
    State(const BatchingPolicy& policy, std::shared_ptr<const Model> scores, const Clock& reads)
        : model(std::move(scores)), clock(reads), queue(policy) {}

    const std::shared_ptr<const Model> model;
    const Clock& clock;
    absl::Mutex mutex;
    BatchQueue queue ABSL_GUARDED_BY(mutex);
    bool wake ABSL_GUARDED_BY(mutex) = false;  // the thread has something new to look at
    bool stop ABSL_GUARDED_BY(mutex) = false;
  };

  static void Work(const std::shared_ptr<State>& state);
  static void Score(const State& state, const std::vector<BatchedItem>& batch);

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace serin::model_server
