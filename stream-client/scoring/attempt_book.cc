#include "stream-client/scoring/attempt_book.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace serin::stream {
namespace {

// What a request holds of an item besides its text, with a generous routing key.
constexpr size_t kItemOverhead = 256;

void SetFailure(BatchItem& item, absl::StatusCode code, std::string message, int attempts) {
  item.outcome = Failure{Stage::kPredict, code, std::move(message), attempts};
}

}  // namespace

void AttemptBook::Add(std::unique_ptr<Batch> batch) {
  Batch* const key = batch.get();
  Pending& pending = batches_[key];
  pending.batch = std::move(batch);
  pending.attempts = 1;  // holds the batch open while its requests are made
  std::vector<uint32_t> items;
  size_t bytes = 0;
  for (uint32_t i = 0; i < key->items.size(); ++i) {
    const BatchItem& item = key->items[i];
    if (item.settled()) continue;
    const size_t item_bytes =
        item.text.size() + item.record.key.value_or("").size() + kItemOverhead;
    if (!items.empty() && (bytes + item_bytes > limits_.max_request_bytes ||
                           items.size() >= limits_.max_request_items)) {
      Enqueue({.batch = key, .items = std::exchange(items, {})}, absl::InfinitePast());
      bytes = 0;
    }
    items.push_back(i);
    bytes += item_bytes;
  }
  if (!items.empty()) Enqueue({.batch = key, .items = std::move(items)}, absl::InfinitePast());
  Close(key);
}

const AttemptBook::Queue* AttemptBook::Due(absl::Time now) const {
  const auto due = [now](const Queue& queue) {
    return !queue.empty() && queue.begin()->first <= now;
  };
  if (due(waiting_)) return &waiting_;
  return due(refused_) && budget_.Allows(now) ? &refused_ : nullptr;
}

bool AttemptBook::HoldsBack(absl::Time now) const {
  return !refused_.empty() && refused_.begin()->first <= now && !budget_.Allows(now);
}

const Attempt* AttemptBook::Start(absl::Time now) {
  const Queue* const due = Due(now);
  if (due == nullptr) return nullptr;
  Queue& queue = due == &waiting_ ? waiting_ : refused_;
  auto running =
      std::make_unique<Running>(Running{std::move(queue.begin()->second), now + limits_.timeout});
  queue.erase(queue.begin());
  const Attempt* attempt = &running->attempt;
  if (attempt->refused_before) budget_.OnRetry(attempt->items.size(), now);
  running_[attempt->id] = std::move(running);
  return attempt;
}

void AttemptBook::Answer(uint64_t id, std::vector<ItemAnswer> answers, absl::Time now) {
  auto it = running_.find(id);
  if (it == running_.end()) return;
  if (answers.size() != it->second->attempt.items.size()) {
    FailWhole(id,
              absl::InternalError(absl::StrCat("answer to ", it->second->attempt.items.size(),
                                               " items has ", answers.size(), " results")),
              now);
    return;
  }
  const Attempt attempt = std::move(it->second->attempt);
  running_.erase(it);
  std::vector<uint32_t> again;
  size_t scored = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    BatchItem& item = attempt.batch->items[attempt.items[i]];
    if (auto* score = std::get_if<Score>(&answers[i])) {
      item.outcome = std::move(*score);
      ++scored;
      continue;
    }
    auto& fault = std::get<ItemFault>(answers[i]);
    if (RetryPolicy::IsRetriable(fault.code) && attempt.number < limits_.retry.max_attempts) {
      again.push_back(attempt.items[i]);
    } else {
      SetFailure(item, fault.code, std::move(fault.message), attempt.number);
    }
  }
  budget_.OnSuccess(scored, attempt.refused_before ? scored : 0, now);
  if (!again.empty()) RetryItems(attempt, std::move(again), now, /*refused=*/true);
  Close(attempt.batch);
}

std::optional<Attempt> AttemptBook::TakeRunning(uint64_t id) {
  auto it = running_.find(id);
  if (it == running_.end()) return std::nullopt;
  Attempt attempt = std::move(it->second->attempt);
  running_.erase(it);
  return attempt;
}

void AttemptBook::FailShared(uint64_t id, absl::Time now) {
  std::optional<Attempt> attempt = TakeRunning(id);
  if (!attempt) return;
  Batch* const batch = attempt->batch;
  const absl::Duration pause = limits_.retry.Backoff(attempt->number, random_());
  attempt->alone = true;
  attempt->refused_before = false;
  Enqueue(*std::move(attempt), now + pause);
  Close(batch);
}

void AttemptBook::FailWhole(uint64_t id, const absl::Status& why, absl::Time now) {
  const std::optional<Attempt> taken = TakeRunning(id);
  if (!taken) return;
  const Attempt& attempt = *taken;
  const auto middle = attempt.items.begin() + static_cast<std::ptrdiff_t>(attempt.items.size() / 2);
  if (attempt.items.size() > 1 && attempt.number > 1) {
    RetryItems(attempt, {attempt.items.begin(), middle}, now);
    RetryItems(attempt, {middle, attempt.items.end()}, now);
  } else if (attempt.items.size() > 1 || attempt.number < limits_.retry.max_attempts) {
    RetryItems(attempt, attempt.items, now);
  } else {
    SetFailure(attempt.batch->items[attempt.items.front()], why.code(), std::string(why.message()),
               attempt.number);
  }
  Close(attempt.batch);
}

std::vector<uint64_t> AttemptBook::Expired(absl::Time now) const {
  std::vector<uint64_t> expired;
  for (const auto& [id, running] : running_) {
    if (now >= running->deadline) expired.push_back(id);
  }
  return expired;
}

std::unique_ptr<Batch> AttemptBook::TakeFinished() {
  if (finished_.empty()) return nullptr;
  std::unique_ptr<Batch> batch = std::move(finished_.front());
  finished_.pop_front();
  return batch;
}

void AttemptBook::Enqueue(Attempt attempt, absl::Time not_before) {
  attempt.id = next_id_++;
  ++batches_[attempt.batch].attempts;
  (attempt.refused_before ? refused_ : waiting_).emplace(not_before, std::move(attempt));
}

void AttemptBook::Close(Batch* batch) {
  auto it = batches_.find(batch);
  if (--it->second.attempts > 0) return;
  finished_.push_back(std::move(it->second.batch));
  batches_.erase(it);
}

void AttemptBook::RetryItems(const Attempt& attempt, std::vector<uint32_t> items, absl::Time now,
                             bool refused) {
  Enqueue({.batch = attempt.batch,
           .items = std::move(items),
           .number = attempt.number + 1,
           .alone = attempt.alone,
           .refused_before = refused},
          now + limits_.retry.Backoff(attempt.number, random_()));
}

}  // namespace serin::stream
