#include "router/backends/coalescer.h"

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

}  // namespace
}  // namespace serin::router
