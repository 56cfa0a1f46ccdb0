#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace serin::router {

class Coalescer;
class Item;

// The values are those of serin.v1.Label.
enum class Label : uint8_t { kUnspecified = 0, kNegative = 1, kNeutral = 2, kPositive = 3 };

// What a model says of one text; see serin.v1.Sentiment for ranges.
struct Sentiment {
  double neg = 0;
  double neu = 0;
  double pos = 0;
  double compound = 0;
  Label label = Label::kUnspecified;
};

using Outcome = absl::StatusOr<Sentiment>;

// Items of callers that send one or few, and of those that send many at once: they queue apart, so
// that neither waits for the other.
enum class Lane : uint8_t { kSmall = 0, kBulk = 1 };
inline constexpr int kLanes = 2;

// Who sent an item; told once when it is done, on any thread, with no lock held. It may destroy
// the item.
class ItemOwner {
 public:
  virtual ~ItemOwner() = default;
  virtual void OnItemDone(Item& item) = 0;
};

// One prediction on its way upstream. Lives in its caller's memory and stays at one address until
// it is done; `text` and `traceparent` must live as long. No heap of its own.
class Item {
 public:
  Item() = default;
  Item(const Item&) = delete;
  Item& operator=(const Item&) = delete;

  // Takes the item back. True: nobody uses it any more and its owner is not told. False: it is not
  // upstream, or its owner is being told just now.
  bool Withdraw();

  // Set by the owner before sending.
  std::string_view text;
  // W3C trace context; empty: none.
  std::string_view traceparent;
  absl::Time deadline = absl::InfiniteFuture();
  ItemOwner* owner = nullptr;
  Lane lane = Lane::kSmall;

  // Set when done. The times say when it left in a message and when the answer came; `sent_at` is
  // InfinitePast when it never left.
  Outcome outcome;
  absl::Time sent_at = absl::InfinitePast();
  absl::Time done_at;

 private:
  friend class Coalescer;
  friend class ItemList;

  static constexpr int kQueued = -1;

  // The coalescer whose lock guards the fields below; null when it is not upstream.
  std::atomic<Coalescer*> holder_{nullptr};
  // The outstanding message and the place in it, or kQueued.
  int message_ = kQueued;
  size_t place_ = 0;
  Item* next_ = nullptr;
  Item* prev_ = nullptr;
};

// An intrusive queue of items; owns none. An item is in at most one list.
class ItemList {
 public:
  ItemList() = default;
  ItemList(ItemList&& other) noexcept { Append(other); }
  ItemList& operator=(ItemList&&) = delete;

  bool empty() const { return head_ == nullptr; }
  size_t size() const { return size_; }
  Item* front() const { return head_; }
  static Item* Next(const Item& item) { return item.next_; }

  void PushBack(Item& item);
  Item& PopFront();
  void Remove(Item& item);
  // Takes all items of `other`.
  void Append(ItemList& other);

 private:
  Item* head_ = nullptr;
  Item* tail_ = nullptr;
  size_t size_ = 0;
};

// Tells the owners of items that nobody holds any more.
void FinishAll(ItemList items, const absl::Status& status, absl::Time now);

// The same for items whose deadline has passed: DEADLINE_EXCEEDED.
void FinishExpired(ItemList items, absl::Time now);

}  // namespace serin::router
