#include "stream-client/scoring/attempt_book.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;

constexpr RetryPolicy kRetry{.max_attempts = 3,
                             .initial_backoff = absl::Milliseconds(100),
                             .max_backoff = absl::Seconds(10)};

ItemAnswer Scored() { return Score{.model = "", .model_version = "v1"}; }
ItemAnswer Fault(absl::StatusCode code) { return ItemFault{code, "on purpose"}; }

class AttemptBookTest : public ::testing::Test {
 protected:
  // Starts everything that is due; the items of each attempt.
  std::vector<std::vector<uint32_t>> StartAll() {
    std::vector<std::vector<uint32_t>> started;
    while (const Attempt* attempt = book_.Start(now_)) {
      started.push_back(attempt->items);
      running_.push_back(attempt->id);
    }
    return started;
  }
  // Answers the oldest attempt under way.
  void Answer(std::vector<ItemAnswer> answers) {
    book_.Answer(TakeRunning(), std::move(answers), now_);
  }
  void FailWhole(absl::StatusCode code = absl::StatusCode::kUnavailable) {
    book_.FailWhole(TakeRunning(), absl::Status(code, "broken"), now_);
  }
  uint64_t TakeRunning() {
    const uint64_t id = running_.front();
    running_.erase(running_.begin());
    return id;
  }
  void Wait() { now_ += absl::Seconds(20); }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  AttemptBook book_{{.retry = kRetry,
                     .timeout = absl::Seconds(5),
                     .max_request_bytes = 10000,
                     .max_request_items = 4},
                    [] { return 0.5; }};
  std::vector<uint64_t> running_;
};

TEST_F(AttemptBookTest, ABatchIsFinishedWhenEveryItemIsAnswered) {
  book_.Add(MakeTextBatch({"a", "b"}));
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0, 1)));
  EXPECT_EQ(book_.TakeFinished(), nullptr);
  Answer({Scored(), Fault(absl::StatusCode::kInvalidArgument)});
  const auto batch = book_.TakeFinished();
  ASSERT_NE(batch, nullptr);
  EXPECT_TRUE(std::holds_alternative<Score>(batch->items[0].outcome));
  const auto& failure = std::get<Failure>(batch->items[1].outcome);
  EXPECT_EQ(failure.stage, Stage::kPredict);
  EXPECT_EQ(failure.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(failure.message, "on purpose");
  EXPECT_EQ(failure.attempts, 1);
}

TEST_F(AttemptBookTest, ItemsWithAnOutcomeAreNotSent) {
  auto batch = MakeTextBatch({"a", "b"});
  batch->items[0].outcome = Failure{};
  book_.Add(std::move(batch));
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(1)));
}

TEST_F(AttemptBookTest, ARetriableItemIsTriedAgainAloneAfterABackoff) {
  book_.Add(MakeTextBatch({"a", "b", "c"}));
  StartAll();
  Answer({Scored(), Fault(absl::StatusCode::kUnavailable), Scored()});
  EXPECT_THAT(StartAll(), SizeIs(0));
  now_ += absl::Milliseconds(100);
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(1)));
  Answer({Scored()});
  EXPECT_NE(book_.TakeFinished(), nullptr);
}

TEST_F(AttemptBookTest, AnItemThatKeepsFailingFailsAfterTheLastAttempt) {
  book_.Add(MakeTextBatch({"a"}));
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(StartAll(), SizeIs(1)) << i;
    Answer({Fault(absl::StatusCode::kResourceExhausted)});
    Wait();
  }
  EXPECT_THAT(StartAll(), SizeIs(0));
  const auto batch = book_.TakeFinished();
  ASSERT_NE(batch, nullptr);
  const auto& failure = std::get<Failure>(batch->items[0].outcome);
  EXPECT_EQ(failure.code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(failure.attempts, 3);
}

TEST_F(AttemptBookTest, WhenTheBudgetIsSpentRefusedItemsWaitAndNothingElseDoes) {
  const std::vector<ItemAnswer> refused(4, Fault(absl::StatusCode::kUnavailable));
  const size_t requests = static_cast<size_t>(RetryBudget::kMost) / 4;
  for (size_t i = 0; i < requests + 10; ++i) book_.Add(MakeTextBatch({"a", "b", "c", "d"}));
  EXPECT_THAT(StartAll(), SizeIs(requests + 10));
  while (!running_.empty()) Answer(refused);
  now_ += absl::Milliseconds(110);
  EXPECT_THAT(StartAll(), SizeIs(requests)) << "as many retries as the budget has";
  EXPECT_TRUE(book_.HoldsBack(now_));
  while (!running_.empty()) Answer(refused);
  EXPECT_EQ(book_.TakeFinished(), nullptr) << "failed for want of a retry";

  book_.Add(MakeTextBatch({"new"}));
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0)));
  FailWhole();
  now_ += absl::Milliseconds(110);
  // The whole failure is repeated, and what 110 ms bring pays for retries.
  EXPECT_THAT(StartAll(), SizeIs(AllOf(Ge(2u), Le(4u))));
}

TEST_F(AttemptBookTest, RetriesThatSucceedLetAllOthersGo) {
  const std::vector<ItemAnswer> refused(4, Fault(absl::StatusCode::kUnavailable));
  const std::vector<ItemAnswer> scored(4, Scored());
  const size_t batches = static_cast<size_t>(RetryBudget::kMost) / 2;
  for (size_t i = 0; i < batches; ++i) book_.Add(MakeTextBatch({"a", "b", "c", "d"}));
  StartAll();
  while (!running_.empty()) Answer(refused);
  now_ += absl::Milliseconds(110);
  while (!StartAll().empty()) {
    while (!running_.empty()) Answer(scored);
  }
  size_t finished = 0;
  while (book_.TakeFinished() != nullptr) ++finished;
  EXPECT_EQ(finished, batches);
}

TEST_F(AttemptBookTest, ARequestThatFailsAsAWholeIsRepeatedAndThenHalved) {
  book_.Add(MakeTextBatch({"a", "b", "c"}));
  StartAll();
  FailWhole();
  Wait();
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0, 1, 2)));
  FailWhole();
  Wait();
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0), ElementsAre(1, 2)));
}

TEST_F(AttemptBookTest, OneItemThatBreaksItsPeerTakesNoOtherWithIt) {
  book_.Add(MakeTextBatch({"good", "good", "poison", "good"}));
  for (int round = 0; round < 20; ++round) {
    while (const Attempt* attempt = book_.Start(now_)) {
      const auto& items = attempt->items;
      if (std::find(items.begin(), items.end(), 2u) != items.end()) {
        book_.FailWhole(attempt->id, absl::InternalError("crashed"), now_);
      } else {
        book_.Answer(attempt->id, std::vector<ItemAnswer>(items.size(), Scored()), now_);
      }
    }
    Wait();
  }
  const auto batch = book_.TakeFinished();
  ASSERT_NE(batch, nullptr);
  for (size_t i : {0u, 1u, 3u}) {
    EXPECT_TRUE(std::holds_alternative<Score>(batch->items[i].outcome)) << i;
  }
  EXPECT_EQ(std::get<Failure>(batch->items[2].outcome).code, absl::StatusCode::kInternal);
}

TEST_F(AttemptBookTest, ALargeBatchIsSentInRequestsThePeerAccepts) {
  book_.Add(MakeTextBatch({"a", "b", "c", "d", "e"}));
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(4)));
  Answer({Scored(), Scored(), Scored(), Scored()});
  EXPECT_EQ(book_.TakeFinished(), nullptr);
  Answer({Scored()});
  EXPECT_NE(book_.TakeFinished(), nullptr);
  book_.Add(MakeTextBatch({std::string(6000, 'x'), std::string(6000, 'y')}));
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST_F(AttemptBookTest, AnAttemptExpiresAtItsDeadlineAndALateAnswerIsIgnored) {
  book_.Add(MakeTextBatch({"a"}));
  StartAll();
  EXPECT_THAT(book_.Expired(now_ + absl::Milliseconds(4999)), SizeIs(0));
  now_ += absl::Seconds(5);
  ASSERT_THAT(book_.Expired(now_), ElementsAre(running_.front()));
  book_.FailWhole(running_.front(), absl::DeadlineExceededError("late"), now_);
  Answer({Scored()});
  EXPECT_EQ(book_.TakeFinished(), nullptr);
  Wait();
  EXPECT_THAT(StartAll(), SizeIs(1));
}

TEST_F(AttemptBookTest, AnAnswerOfTheWrongLengthIsAFailureOfTheWhole) {
  book_.Add(MakeTextBatch({"a", "b"}));
  StartAll();
  Answer({Scored()});
  EXPECT_EQ(book_.TakeFinished(), nullptr);
  Wait();
  EXPECT_THAT(StartAll(), ElementsAre(ElementsAre(0, 1)));
}

TEST_F(AttemptBookTest, RequestsOfACommonStreamThatBrokeAreTriedAloneAndUncounted) {
  book_.Add(MakeTextBatch({"a"}));
  for (int i = 0; i < 10; ++i) {  // far more than max_attempts
    StartAll();
    book_.FailShared(TakeRunning(), now_);
    EXPECT_FALSE(book_.HasDue(now_));
    Wait();
    ASSERT_TRUE(book_.HasDue(now_));
    EXPECT_TRUE(book_.NextIsAlone(now_));
  }
  StartAll();
  FailWhole();
  Wait();
  EXPECT_TRUE(book_.NextIsAlone(now_));  // also its retries
  StartAll();
  Answer({Scored()});
  const auto batch = book_.TakeFinished();
  ASSERT_NE(batch, nullptr);
  EXPECT_TRUE(std::holds_alternative<Score>(batch->items[0].outcome));
}

}  // namespace
}  // namespace serin::stream
