#pragma once

#include <deque>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "router/backends/coalescer.h"
#include "tests/support/fake_clock.h"

namespace serin::router {

// Keeps what is sent until the test replies.
class FakeSink final : public MessageSink {
 public:
  struct Sent {
    uint64_t id;
    std::vector<std::string> texts;
  };

  bool FlushLater() override {
    ++asked;
    return later;
  }

  void Send(uint64_t id, absl::Span<Item* const> items) override {
    Sent& sent = messages.emplace_back();
    sent.id = id;
    for (const Item* item : items) sent.texts.emplace_back(item->text);
  }

  std::deque<Sent> messages;
  // Whether messages wait for Flush(), and how often that was asked.
  bool later = false;
  int asked = 0;
};

struct TestItem final : public Item, private ItemOwner {
  explicit TestItem(std::string text_in, Lane lane_in = Lane::kSmall)
      : storage(std::move(text_in)) {
    text = storage;
    owner = this;
    lane = lane_in;
  }
  void OnItemDone(Item&) override { ++done; }

  std::string storage;
  int done = 0;
};

class CoalescerTest : public ::testing::Test {
 protected:
  CoalescerTest() { coalescer_.OnConnected(); }

  TestItem& Send(const std::string& text, Lane lane = Lane::kSmall,
                 absl::Time deadline = absl::InfiniteFuture()) {
    TestItem& item = items_.emplace_back(text, lane);
    item.deadline = deadline;
    ItemList list;
    list.PushBack(item);
    coalescer_.Enqueue(std::move(list));
    return item;
  }

  // The model server answers the oldest message; compound counts its items.
  void Reply() {
    const FakeSink::Sent sent = sink_.messages.front();
    sink_.messages.pop_front();
    coalescer_.OnReply(sent.id, sent.texts.size(),
                       [](size_t i) { return Sentiment{.compound = static_cast<double>(i)}; });
  }

  testing::FakeClock clock_;
  FakeSink sink_;
  IntHistogram batch_items_{{1, 2, 4}};
  Coalescer coalescer_{
      sink_, clock_, batch_items_, {.message_bytes = 100, .message_items = 10, .queued_items = 20}};
  std::deque<TestItem> items_;
};

}  // namespace serin::router
