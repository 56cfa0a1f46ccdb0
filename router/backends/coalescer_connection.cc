// What a coalescer does as its stream comes and goes.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "router/backends/coalescer.h"

namespace serin::router {
namespace {

absl::Status Lost(const absl::Status& why) {
  return absl::UnavailableError(absl::StrCat("the model server was lost: ", why.message()));
}

}  // namespace

void Coalescer::OnConnected() {
  const absl::Time now = clock_.Now();
  ItemList expired;
  {
    absl::MutexLock lock(&mutex_);
    connected_.store(true, std::memory_order_relaxed);
    sending_.store(true, std::memory_order_relaxed);
    RequestFlush(now, expired);
  }
  FinishExpired(std::move(expired), now);
}

void Coalescer::OnPaused() {
  absl::MutexLock lock(&mutex_);
  sending_.store(false, std::memory_order_relaxed);
}

ItemList Coalescer::TakeSent(uint64_t first_id, uint64_t last_id) {
  std::vector<Message*> lost;
  for (Message& message : messages_) {
    if (message.id != 0 && message.id >= first_id && message.id <= last_id)
      lost.push_back(&message);
  }
  std::sort(lost.begin(), lost.end(),
            [](const Message* a, const Message* b) { return a->id < b->id; });
  ItemList taken;
  for (Message* message : lost) {
    for (Item* item : message->items) {
      if (item == nullptr) continue;
      item->message_ = Item::kQueued;
      taken.PushBack(*item);
    }
    message->items.clear();
    message->id = 0;
    --lanes_[static_cast<size_t>(message->lane)].outstanding;
  }
  return taken;
}

void Coalescer::OnUnread(uint64_t first_id, uint64_t last_id) {
  const absl::Time now = clock_.Now();
  ItemList expired;
  {
    absl::MutexLock lock(&mutex_);
    ItemList unread = TakeSent(first_id, last_id);
    std::array<ItemList, kLanes> before;
    while (!unread.empty()) {
      Item& item = unread.PopFront();
      before[static_cast<size_t>(item.lane)].PushBack(item);
    }
    for (size_t lane = 0; lane < before.size(); ++lane) {
      before[lane].Append(lanes_[lane].queue);
      lanes_[lane].queue.Append(before[lane]);
    }
    RequestFlush(now, expired);
  }
  FinishExpired(std::move(expired), now);
}

void Coalescer::OnLost(uint64_t first_id, uint64_t last_id, const absl::Status& why) {
  const absl::Time now = clock_.Now();
  ItemList lost;
  ItemList expired;
  {
    absl::MutexLock lock(&mutex_);
    ItemList taken = TakeSent(first_id, last_id);
    for (Item* item = taken.front(); item != nullptr; item = ItemList::Next(*item)) Detach(*item);
    lost.Append(taken);
    RequestFlush(now, expired);
  }
  FinishAll(std::move(lost), Lost(why), now);
  FinishExpired(std::move(expired), now);
}

void Coalescer::OnBroken(const absl::Status& why) {
  ItemList failed;
  {
    absl::MutexLock lock(&mutex_);
    connected_.store(false, std::memory_order_relaxed);
    sending_.store(false, std::memory_order_relaxed);
    for (Message& message : messages_) {
      for (Item* item : message.items) {
        if (item != nullptr && message.id != 0) failed.PushBack(*item);
      }
      message.items.clear();
      message.id = 0;
    }
    for (LaneState& lane : lanes_) {
      failed.Append(lane.queue);
      lane.outstanding = 0;
      lane.bound = AdaptiveBound();
    }
    for (Item* item = failed.front(); item != nullptr; item = ItemList::Next(*item)) Detach(*item);
  }
  FinishAll(std::move(failed), Lost(why), clock_.Now());
}

}  // namespace serin::router
