#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "common/time/clock.h"
#include "router/backends/adaptive_bound.h"
#include "router/backends/int_histogram.h"
#include "router/backends/item.h"

namespace serin::router {

// The transport below a coalescer: one long-lived stream of messages.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  // Sends the items as one message. Called under the coalescer's lock: it must copy what it needs
  // and must not call back before it returns. The reply comes by Coalescer::OnReply.
  virtual void Send(uint64_t message_id, absl::Span<Item* const> items) = 0;
  // Under the coalescer's lock too. True: the sink will call Coalescer::Flush() soon, when it has
  // heard of everything that came at this moment, so that all of it shares a message. False:
  // messages may be sent at once, by whoever has brought an item.
  virtual bool FlushLater() { return false; }
};

// Puts items of many callers into few messages on one stream, without a timer and without delay
// when idle: what is queued leaves as one message as soon as fewer messages are outstanding than
// the bound allows; otherwise it waits for a reply, which flushes again. The bound adapts to the
// model (AdaptiveBound), for each lane on its own, so that bulk never starves small items nor the
// other way round. Thread-safe; owners are told with no lock held.
class Coalescer {
 public:
  struct Limits {
    // Of one message; a single larger text goes alone.
    size_t message_bytes = 1 << 20;
    size_t message_items = 1024;
    // New items are refused with RESOURCE_EXHAUSTED while more than this many wait.
    size_t queued_items = 20'000;
  };

  // All references must outlive the coalescer. `batch_items` gets the items of each message.
  Coalescer(MessageSink& sink, const Clock& clock, IntHistogram& batch_items, Limits limits)
      : sink_(sink), clock_(clock), batch_items_(batch_items), limits_(limits) {}

  // Without a connection, or with a full queue, the items are done at once: UNAVAILABLE,
  // RESOURCE_EXHAUSTED.
  void Enqueue(ItemList items);

  // Takes an item back; see Item::Withdraw.
  bool Remove(Item& item);

  // The stream is up; messages may be sent.
  void OnConnected();

  // No messages are to be sent until OnConnected(), which is expected soon: items are taken and
  // wait.
  void OnPaused();

  // The messages with these ids and those between them were not read and will not be answered: what
  // they held waits again, before all else.
  void OnUnread(uint64_t first_id, uint64_t last_id);

  // They were lost: what they held is done with UNAVAILABLE and `why`.
  void OnLost(uint64_t first_id, uint64_t last_id, const absl::Status& why);

  // The stream has ended: everything queued or outstanding is done with UNAVAILABLE and `why`.
  void OnBroken(const absl::Status& why);

  // The answer to a message: `result(i)` is the outcome of its i-th item. Ignored when nobody waits
  // for that message any more.
  void OnReply(uint64_t message_id, size_t results, absl::FunctionRef<Outcome(size_t)> result);

  // Sends what may be sent; the answer to MessageSink::FlushLater().
  void Flush();

  // Items past their deadline are done with DEADLINE_EXCEEDED, sent or not.
  void Expire();

  // Items are taken; and messages may leave.
  bool connected() const { return connected_.load(std::memory_order_relaxed); }
  bool sending() const { return sending_.load(std::memory_order_relaxed); }
  // A message of small items is about to leave, and the model is so fast that one more would hold
  // up those in it by little: kCompany in all.
  bool welcomes_company() const { return welcomes_company_.load(std::memory_order_relaxed); }
  // Queued or outstanding.
  size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  static constexpr absl::Duration kCompany = absl::Milliseconds(1);
  static constexpr int kMostMessages = kLanes * AdaptiveBound::kMost;

  struct Message {
    uint64_t id = 0;  // 0: free.
    Lane lane = Lane::kSmall;
    absl::Time sent_at;
    // Null: withdrawn or expired.
    std::vector<Item*> items;
    // Items that are not null. At 0 nobody waits for the reply, and the message frees its place.
    size_t live = 0;
  };
  struct LaneState {
    ItemList queue;
    AdaptiveBound bound;
    int outstanding = 0;
  };

  void RequestFlush(absl::Time now, ItemList& expired) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountCompany() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FlushNow(absl::Time now, ItemList& expired) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SendOne(LaneState& lane, absl::Time now, ItemList& expired)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireQueued(ItemList& queue, absl::Time now, ItemList& expired)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireSent(Message& message, absl::Time now, ItemList& expired)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int FreeMessage() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropFromMessage(Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Detach(Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ItemList TakeSent(uint64_t first_id, uint64_t last_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Queued() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  MessageSink& sink_;
  const Clock& clock_;
  IntHistogram& batch_items_;
  const Limits limits_;
  // Written under mutex_, read by pickers without it.
  std::atomic<bool> connected_{false};
  std::atomic<bool> sending_{false};
  std::atomic<size_t> in_flight_{0};
  std::atomic<bool> welcomes_company_{false};

  absl::Mutex mutex_;
  std::array<LaneState, kLanes> lanes_ ABSL_GUARDED_BY(mutex_);
  std::array<Message, kMostMessages> messages_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  bool flush_requested_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace serin::router
