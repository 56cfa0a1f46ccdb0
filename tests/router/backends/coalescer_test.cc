#include "router/backends/coalescer.h"

#include <deque>
#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST_F(CoalescerTest, AnIdleStreamSendsAtOnce) {
  TestItem& item = Send("a");
  ASSERT_EQ(sink_.messages.size(), 1u);
  EXPECT_EQ(item.done, 0);
  Reply();
  EXPECT_EQ(item.done, 1);
  EXPECT_THAT(item.outcome, IsOk());
  EXPECT_EQ(coalescer_.in_flight(), 0u);
}

TEST_F(CoalescerTest, WhatComesWhileAMessageIsOutstandingLeavesTogetherOnItsReply) {
  Send("a");
  Send("b");
  TestItem& last = Send("c");
  ASSERT_EQ(sink_.messages.size(), 1u);
  Reply();
  ASSERT_EQ(sink_.messages.size(), 1u);
  EXPECT_THAT(sink_.messages.front().texts, ElementsAre("b", "c"));
  Reply();
  EXPECT_EQ(last.outcome->compound, 1) << "results are matched by place";
  EXPECT_EQ(batch_items_.count(0), 1u);
  EXPECT_EQ(batch_items_.count(1), 1u);
}

TEST_F(CoalescerTest, AMessageStaysWithinItsLimitsButOneLargeTextGoesAlone) {
  Send("first");
  Send(std::string(60, 'b'));
  Send(std::string(60, 'c'));
  Send(std::string(500, 'd'));
  for (int i = 0; i < 12; ++i) Send("e");
  std::vector<size_t> sizes;
  while (!sink_.messages.empty()) {
    sizes.push_back(sink_.messages.front().texts.size());
    Reply();
  }
  EXPECT_THAT(sizes, ElementsAre(1, 1, 1, 1, 10, 2));
}

TEST_F(CoalescerTest, BulkAndSmallItemsDoNotWaitForEachOther) {
  for (int i = 0; i < 15; ++i) Send("bulk", Lane::kBulk);
  ASSERT_EQ(sink_.messages.size(), 1u);
  Send("small");
  ASSERT_EQ(sink_.messages.size(), 2u);
  EXPECT_THAT(sink_.messages.back().texts, ElementsAre("small"));
}

TEST_F(CoalescerTest, ASlowModelGetsMoreMessagesAtOnce) {
  for (int i = 0; i < 20; ++i) {
    Send("slow");
    clock_.Advance(absl::Milliseconds(10));
    Reply();
  }
  for (int i = 0; i < 12; ++i) Send("x");
  EXPECT_EQ(sink_.messages.size(), static_cast<size_t>(AdaptiveBound::kMost));
}

TEST_F(CoalescerTest, AFastModelUnderLoadKeepsOneMessageOutstanding) {
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < 8; ++j) Send("fast");
    clock_.Advance(absl::Microseconds(500));
    Reply();
    ASSERT_LE(sink_.messages.size(), 1u);
  }
}

TEST_F(CoalescerTest, AnExpiredItemIsAnsweredWithoutBeingSent) {
  Send("a");
  TestItem& late = Send("late", Lane::kSmall, clock_.Now() + absl::Milliseconds(5));
  clock_.Advance(absl::Milliseconds(10));
  Reply();
  EXPECT_THAT(sink_.messages, IsEmpty());
  EXPECT_EQ(late.done, 1);
  EXPECT_THAT(late.outcome, StatusIs(absl::StatusCode::kDeadlineExceeded, _));
}

TEST_F(CoalescerTest, AHungModelServerHoldsItemsNoLongerThanTheirDeadline) {
  TestItem& sent = Send("sent", Lane::kSmall, clock_.Now() + absl::Milliseconds(5));
  TestItem& queued = Send("queued", Lane::kSmall, clock_.Now() + absl::Milliseconds(5));
  TestItem& patient = Send("patient");
  coalescer_.Expire();
  EXPECT_EQ(sent.done + queued.done, 0);
  clock_.Advance(absl::Milliseconds(6));
  coalescer_.Expire();
  EXPECT_EQ(sent.done, 1);
  EXPECT_EQ(queued.done, 1);
  EXPECT_THAT(sent.outcome, StatusIs(absl::StatusCode::kDeadlineExceeded, _));
  // Nobody waits for the first message any more, so the next one may leave.
  ASSERT_EQ(sink_.messages.size(), 2u);
  EXPECT_THAT(sink_.messages.back().texts, ElementsAre("patient"));
  Reply();
  EXPECT_EQ(sent.done, 1) << "a late reply is ignored";
  Reply();
  EXPECT_EQ(patient.done, 1);
}

TEST_F(CoalescerTest, AWithdrawnItemIsNotWaitedFor) {
  TestItem& sent = Send("sent");
  TestItem& queued = Send("queued");
  EXPECT_TRUE(sent.Withdraw());
  EXPECT_TRUE(queued.Withdraw());
  EXPECT_FALSE(queued.Withdraw());
  EXPECT_EQ(coalescer_.in_flight(), 0u);
  Reply();
  EXPECT_EQ(sent.done + queued.done, 0);
  Send("next");
  EXPECT_THAT(sink_.messages.front().texts, ElementsAre("next"));
}

TEST_F(CoalescerTest, ABrokenStreamFailsEverythingOnItAndNothingLater) {
  TestItem& sent = Send("sent");
  TestItem& queued = Send("queued");
  coalescer_.OnBroken(absl::UnavailableError("connection reset"));
  for (const TestItem* item : {&sent, &queued}) {
    EXPECT_EQ(item->done, 1);
    EXPECT_THAT(item->outcome,
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("connection reset")));
  }
  EXPECT_THAT(Send("down").outcome, StatusIs(absl::StatusCode::kUnavailable, _));
  coalescer_.OnConnected();
  sink_.messages.clear();
  TestItem& again = Send("again");
  Reply();
  EXPECT_THAT(again.outcome, IsOk());
}

TEST_F(CoalescerTest, AFullQueueRefusesNewItems) {
  for (int i = 0; i < 22; ++i) Send("x");
  TestItem& refused = Send("one too many");
  EXPECT_EQ(refused.done, 1);
  EXPECT_THAT(refused.outcome, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("20")));
}

TEST_F(CoalescerTest, AReplyThatIsTooShortFailsTheRest) {
  Send("a");
  Send("b");
  TestItem& last = Send("c");
  Reply();
  coalescer_.OnReply(sink_.messages.front().id, 1, [](size_t) { return Sentiment{}; });
  EXPECT_THAT(last.outcome, StatusIs(absl::StatusCode::kInternal, HasSubstr("1 of 2")));
}

TEST_F(CoalescerTest, ASinkThatAsksForItGetsAllOfAMomentInOneMessage) {
  sink_.later = true;
  for (const char* text : {"a", "b", "c"}) Send(text);
  EXPECT_THAT(sink_.messages, IsEmpty());
  EXPECT_EQ(sink_.asked, 1) << "asked once for all of them";
  coalescer_.Flush();
  ASSERT_EQ(sink_.messages.size(), 1u);
  EXPECT_THAT(sink_.messages.front().texts, ElementsAre("a", "b", "c"));
  Send("d");
  EXPECT_EQ(sink_.asked, 1) << "nothing may leave before the reply";
  Reply();
  EXPECT_EQ(sink_.asked, 2);
  coalescer_.Flush();
  EXPECT_THAT(sink_.messages.front().texts, ElementsAre("d"));
}

TEST_F(CoalescerTest, AFastModelWelcomesCompanyUntilItsMessageLeaves) {
  sink_.later = true;
  Send("a");
  EXPECT_FALSE(coalescer_.welcomes_company()) << "nothing is known of the model";
  coalescer_.Flush();
  clock_.Advance(absl::Microseconds(200));
  Reply();
  for (int i = 0; i < 4; ++i) {
    Send("b");
    EXPECT_TRUE(coalescer_.welcomes_company()) << i;
  }
  Send("c");
  EXPECT_FALSE(coalescer_.welcomes_company()) << "a sixth would wait for more than a millisecond";
  coalescer_.Flush();
  EXPECT_EQ(sink_.messages.front().texts.size(), 5u);
  Send("d");
  EXPECT_FALSE(coalescer_.welcomes_company()) << "it waits for the reply";
}

TEST_F(CoalescerTest, ASlowModelWelcomesNoCompany) {
  sink_.later = true;
  Send("a");
  coalescer_.Flush();
  clock_.Advance(absl::Milliseconds(10));
  Reply();
  Send("b");
  EXPECT_FALSE(coalescer_.welcomes_company());
}

TEST_F(CoalescerTest, WhatWasNotReadIsSentAgainFirstAndInOrder) {
  Send("a");
  Send("b");
  TestItem& withdrawn = Send("c");
  Reply();
  const uint64_t lost = sink_.messages.front().id;
  Send("d");
  withdrawn.Withdraw();
  sink_.messages.clear();
  coalescer_.OnPaused();
  coalescer_.OnUnread(lost, lost);
  Send("e");
  EXPECT_THAT(sink_.messages, IsEmpty()) << "there is nowhere to send it yet";
  coalescer_.OnConnected();
  ASSERT_EQ(sink_.messages.size(), 1u);
  EXPECT_THAT(sink_.messages.front().texts, ElementsAre("b", "d", "e"));
  Reply();
  EXPECT_EQ(coalescer_.in_flight(), 0u);
  for (const TestItem& item : items_) EXPECT_EQ(item.done, &item == &withdrawn ? 0 : 1);
}

TEST_F(CoalescerTest, AnItemThatWaitsForAnotherStreamStillHasItsDeadline) {
  TestItem& item = Send("a", Lane::kSmall, clock_.Now() + absl::Seconds(1));
  coalescer_.OnPaused();
  coalescer_.OnUnread(sink_.messages.front().id, sink_.messages.front().id);
  clock_.Advance(absl::Seconds(2));
  coalescer_.Expire();
  EXPECT_THAT(item.outcome, StatusIs(absl::StatusCode::kDeadlineExceeded, _));
}

TEST_F(CoalescerTest, WhatIsLostFailsAloneWhileTheStreamGoesOn) {
  TestItem& lost = Send("a");
  TestItem& waits = Send("b");
  coalescer_.OnLost(sink_.messages.front().id, sink_.messages.front().id,
                    absl::UnavailableError("gone"));
  EXPECT_THAT(lost.outcome, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("gone")));
  EXPECT_EQ(waits.done, 0);
  EXPECT_TRUE(coalescer_.connected());
}

}  // namespace
}  // namespace serin::router
