#include "model-server/batching/item_batcher.h"

#include <iterator>
#include <utility>

namespace serin::model_server {

size_t BatchQueue::Due(absl::Time now) const {
  return waiting_.empty() ? 0 : ItemsDue(policy_, waiting_.size(), now - waiting_.front().since);
}

BatchQueue::Taken BatchQueue::TakeDue(absl::Time now) {
  Taken taken;
  size_t due = 0;
  // What is due without its unwanted items may be less than a batch: then it waits on.
  do {
    due = Due(now);
  } while (RemoveUnwanted(due, taken.unwanted));
  for (; due > 0; --due) {
    taken.batch.push_back(std::move(waiting_.front().item));
    waiting_.pop_front();
  }
  return taken;
}

bool BatchQueue::RemoveUnwanted(size_t among,
                                std::vector<std::pair<BatchedItem, absl::Status>>& unwanted) {
  const size_t before = unwanted.size();
  std::deque<Waiting> wanted;
  for (; among > 0; --among) {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    if (absl::Status status = first.item.still_wanted(); status.ok()) {
      wanted.push_back(std::move(first));
    } else {
      unwanted.emplace_back(std::move(first.item), std::move(status));
    }
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(wanted.begin()),
                  std::make_move_iterator(wanted.end()));
  return unwanted.size() > before;
}

absl::Time BatchQueue::NextDue() const {
  if (waiting_.empty()) return absl::InfiniteFuture();
  if (ItemsDue(policy_, waiting_.size(), absl::ZeroDuration()) > 0) return absl::InfinitePast();
  return waiting_.front().since + policy_.max_delay;
}

ItemBatcher::ItemBatcher(const BatchingPolicy& policy, std::shared_ptr<const Model> model,
                         const Clock& clock)
    : state_(std::make_shared<State>(policy, std::move(model), clock)),
      thread_([state = state_] { Work(state); }) {}

ItemBatcher::~ItemBatcher() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->stop = state_->wake = true;
  }
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void ItemBatcher::Submit(BatchedItem item) {
  absl::MutexLock lock(&state_->mutex);
  const bool first = state_->queue.empty();
  state_->queue.Add(std::move(item), state_->clock.Now());
  if (first || state_->queue.NextDue() == absl::InfinitePast()) state_->wake = true;
}

void ItemBatcher::Work(const std::shared_ptr<State>& state) {
  State& s = *state;
  while (true) {
    BatchQueue::Taken taken;
    {
      absl::MutexLock lock(&s.mutex);
      if (!s.stop) s.mutex.AwaitWithDeadline(absl::Condition(&s.wake), s.queue.NextDue());
      s.wake = false;
      if (s.stop && s.queue.empty()) return;
      taken = s.queue.TakeDue(s.stop ? absl::InfiniteFuture() : s.clock.Now());
    }
    for (auto& [item, why] : taken.unwanted) item.done(std::move(why), absl::ZeroDuration());
    if (!taken.batch.empty()) Score(s, taken.batch);
  }
}

void ItemBatcher::Score(const State& state, const std::vector<BatchedItem>& batch) {
  std::vector<std::string_view> texts;
  texts.reserve(batch.size());
  for (const BatchedItem& item : batch) texts.push_back(item.text);
  std::vector<absl::StatusOr<Sentiment>> outcomes(batch.size());
  const absl::Time start = state.clock.Now();
  state.model->ScoreBatch(texts, absl::MakeSpan(outcomes));
  const absl::Duration each = (state.clock.Now() - start) / static_cast<int64_t>(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(outcomes[i]), each);
}

}  // namespace serin::model_server
