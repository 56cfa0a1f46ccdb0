#include "router/backends/coalescer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace serin::router {

size_t Coalescer::Queued() const {
  size_t queued = 0;
  for (const LaneState& lane : lanes_) queued += lane.queue.size();
  return queued;
}

void Coalescer::Detach(Item& item) {
  item.holder_.store(nullptr, std::memory_order_release);
  item.message_ = Item::kQueued;
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
}

void Coalescer::Enqueue(ItemList items) {
  const absl::Time now = clock_.Now();
  ItemList expired;
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (!connected()) {
      refused = absl::UnavailableError("the connection to the model server is down");
    } else if (Queued() > limits_.queued_items) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat("more than ", limits_.queued_items, " items wait for the model server"));
    } else {
      in_flight_.fetch_add(items.size(), std::memory_order_relaxed);
      for (Item* item = items.front(); item != nullptr; item = ItemList::Next(*item)) {
        item->holder_.store(this, std::memory_order_release);
      }
      lanes_[static_cast<size_t>(items.front()->lane)].queue.Append(items);
      RequestFlush(now, expired);
      CountCompany();
    }
  }
  if (!refused.ok()) FinishAll(std::move(items), refused, now);
  FinishExpired(std::move(expired), now);
}

void Coalescer::RequestFlush(absl::Time now, ItemList& expired) {
  if (flush_requested_ || !sending()) return;
  const bool may_send = std::any_of(lanes_.begin(), lanes_.end(), [](const LaneState& lane) {
    return !lane.queue.empty() && lane.outstanding < lane.bound.value();
  });
  if (!may_send) return;
  flush_requested_ = sink_.FlushLater();
  if (!flush_requested_) FlushNow(now, expired);
}

void Coalescer::CountCompany() {
  const LaneState& small = lanes_[static_cast<size_t>(Lane::kSmall)];
  const auto with_one_more = static_cast<double>(small.queue.size() + 1);
  const bool welcome = flush_requested_ && !small.queue.empty() &&
                       small.bound.item_time() * with_one_more <= kCompany;
  welcomes_company_.store(welcome, std::memory_order_relaxed);
}

void Coalescer::Flush() {
  const absl::Time now = clock_.Now();
  ItemList expired;
  {
    absl::MutexLock lock(&mutex_);
    flush_requested_ = false;
    welcomes_company_.store(false, std::memory_order_relaxed);
    FlushNow(now, expired);
  }
  FinishExpired(std::move(expired), now);
}

void Coalescer::FlushNow(absl::Time now, ItemList& expired) {
  if (!sending()) return;
  for (LaneState& lane : lanes_) {
    while (!lane.queue.empty() && lane.outstanding < lane.bound.value()) {
      SendOne(lane, now, expired);
    }
  }
}

int Coalescer::FreeMessage() {
  const auto free = std::find_if(messages_.begin(), messages_.end(),
                                 [](const Message& message) { return message.id == 0; });
  SERIN_CHECK(free != messages_.end());
  return static_cast<int>(free - messages_.begin());
}

void Coalescer::SendOne(LaneState& lane, absl::Time now, ItemList& expired) {
  const int index = FreeMessage();
  Message& message = messages_[static_cast<size_t>(index)];
  size_t bytes = 0;
  message.items.clear();
  while (!lane.queue.empty() && message.items.size() < limits_.message_items) {
    Item& item = *lane.queue.front();
    if (!message.items.empty() && bytes + item.text.size() > limits_.message_bytes) break;
    lane.queue.Remove(item);
    if (item.deadline <= now) {
      Detach(item);
      expired.PushBack(item);
      continue;
    }
    bytes += item.text.size();
    item.message_ = index;
    item.place_ = message.items.size();
    item.sent_at = now;
    message.items.push_back(&item);
  }
  if (message.items.empty()) return;
  message.id = next_id_++;
  message.lane = message.items.front()->lane;
  message.live = message.items.size();
  message.sent_at = now;
  ++lane.outstanding;
  batch_items_.Observe(static_cast<int64_t>(message.items.size()));
  sink_.Send(message.id, message.items);
}

void Coalescer::DropFromMessage(Item& item) {
  Message& message = messages_[static_cast<size_t>(item.message_)];
  message.items[item.place_] = nullptr;
  if (--message.live > 0) return;
  message.id = 0;
  message.items.clear();
  --lanes_[static_cast<size_t>(message.lane)].outstanding;
}

bool Coalescer::Remove(Item& item) {
  absl::MutexLock lock(&mutex_);
  // Done, or moved to another stream, between the caller's look and our lock.
  if (item.holder_.load(std::memory_order_relaxed) != this) return false;
  if (item.message_ == Item::kQueued) {
    lanes_[static_cast<size_t>(item.lane)].queue.Remove(item);
  } else {
    DropFromMessage(item);
  }
  Detach(item);
  return true;
}

void Coalescer::OnReply(uint64_t message_id, size_t results,
                        absl::FunctionRef<Outcome(size_t)> result) {
  const absl::Time now = clock_.Now();
  std::vector<Item*> items;
  ItemList expired;
  {
    absl::MutexLock lock(&mutex_);
    const auto message = std::find_if(messages_.begin(), messages_.end(),
                                      [&](const Message& m) { return m.id == message_id; });
    if (message_id == 0 || message == messages_.end()) return;
    items.swap(message->items);
    message->id = 0;
    LaneState& lane = lanes_[static_cast<size_t>(message->lane)];
    --lane.outstanding;
    lane.bound.Observe(now - message->sent_at, items.size());
    for (Item* item : items) {
      if (item != nullptr) Detach(*item);
    }
    RequestFlush(now, expired);
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i] == nullptr) continue;
    items[i]->outcome =
        i < results ? result(i)
                    : absl::InternalError(absl::StrCat("the model server answered ", results,
                                                       " of ", items.size(), " items"));
    items[i]->done_at = now;
    items[i]->owner->OnItemDone(*items[i]);
  }
  FinishExpired(std::move(expired), now);
}

void Coalescer::Expire() {
  const absl::Time now = clock_.Now();
  ItemList expired;
  {
    absl::MutexLock lock(&mutex_);
    for (LaneState& lane : lanes_) ExpireQueued(lane.queue, now, expired);
    for (Message& message : messages_) ExpireSent(message, now, expired);
    RequestFlush(now, expired);
  }
  FinishExpired(std::move(expired), now);
}

void Coalescer::ExpireQueued(ItemList& queue, absl::Time now, ItemList& expired) {
  for (Item* item = queue.front(); item != nullptr;) {
    Item* const next = ItemList::Next(*item);
    if (item->deadline <= now) {
      queue.Remove(*item);
      Detach(*item);
      expired.PushBack(*item);
    }
    item = next;
  }
}

void Coalescer::ExpireSent(Message& message, absl::Time now, ItemList& expired) {
  for (size_t i = 0; message.id != 0 && i < message.items.size(); ++i) {
    Item* const item = message.items[i];
    if (item == nullptr || item->deadline > now) continue;
    DropFromMessage(*item);
    Detach(*item);
    expired.PushBack(*item);
  }
}

}  // namespace serin::router
