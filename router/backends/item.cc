#include "router/backends/item.h"

#include <utility>

#include "router/backends/coalescer.h"

namespace serin::router {

bool Item::Withdraw() {
  Coalescer* const holder = holder_.load(std::memory_order_acquire);
  return holder != nullptr && holder->Remove(*this);
}

void ItemList::PushBack(Item& item) {
  item.prev_ = tail_;
  item.next_ = nullptr;
  (tail_ == nullptr ? head_ : tail_->next_) = &item;
  tail_ = &item;
  ++size_;
}

Item& ItemList::PopFront() {
  Item& item = *head_;
  Remove(item);
  return item;
}

void ItemList::Remove(Item& item) {
  (item.prev_ == nullptr ? head_ : item.prev_->next_) = item.next_;
  (item.next_ == nullptr ? tail_ : item.next_->prev_) = item.prev_;
  item.prev_ = nullptr;
  item.next_ = nullptr;
  --size_;
}

void ItemList::Append(ItemList& other) {
  if (other.empty()) return;
  other.head_->prev_ = tail_;
  (tail_ == nullptr ? head_ : tail_->next_) = other.head_;
  tail_ = other.tail_;
  size_ += other.size_;
  other.head_ = nullptr;
  other.tail_ = nullptr;
  other.size_ = 0;
}

void FinishAll(ItemList items, const absl::Status& status, absl::Time now) {
  while (!items.empty()) {
    Item& item = items.PopFront();
    item.outcome = status;
    item.done_at = now;
    item.owner->OnItemDone(item);
  }
}

void FinishExpired(ItemList items, absl::Time now) {
  FinishAll(std::move(items),
            absl::DeadlineExceededError("the deadline passed before a model server answered"), now);
}

}  // namespace serin::router
