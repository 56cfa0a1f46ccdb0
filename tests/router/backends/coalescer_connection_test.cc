// What a coalescer does as its stream comes and goes.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/router/backends/coalescer_fixture.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CoalescerConnectionTest : public CoalescerTest {};

TEST_F(CoalescerConnectionTest, ABrokenStreamFailsEverythingOnItAndNothingLater) {
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

TEST_F(CoalescerConnectionTest, WhatWasNotReadIsSentAgainFirstAndInOrder) {
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

TEST_F(CoalescerConnectionTest, AnItemThatWaitsForAnotherStreamStillHasItsDeadline) {
  TestItem& item = Send("a", Lane::kSmall, clock_.Now() + absl::Seconds(1));
  coalescer_.OnPaused();
  coalescer_.OnUnread(sink_.messages.front().id, sink_.messages.front().id);
  clock_.Advance(absl::Seconds(2));
  coalescer_.Expire();
  EXPECT_THAT(item.outcome, StatusIs(absl::StatusCode::kDeadlineExceeded, _));
}

TEST_F(CoalescerConnectionTest, WhatIsLostFailsAloneWhileTheStreamGoesOn) {
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
