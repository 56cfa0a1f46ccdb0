#include "stream-client/kafka/refusals.h"

#include <deque>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::stream {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr size_t kDefaultBatchBytes = 1000000;

Refusal OfSize(size_t bytes) { return {.bytes = bytes, .error = 10}; }

// Sends messages as librdkafka does, in sets of at most batch.size unless one message is larger, to
// a broker that refuses sets of more than `limit` bytes.
class Sender {
 public:
  explicit Sender(size_t limit) : limit_(limit) {}

  // Sends until every message is taken or known not to be; returns the sizes of the latter.
  std::vector<size_t> SendAll(std::deque<size_t> messages) {
    std::vector<size_t> dead;
    while (!messages.empty()) {
      std::vector<Refusal> refused;
      for (const size_t size : TakeSet(messages)) refused.push_back(OfSize(size));
      const RefusalVerdict verdict = JudgeRefusals(std::move(refused), batch_bytes_);
      for (const Refusal& refusal : verdict.lone) dead.push_back(refusal.bytes);
      for (const Refusal& refusal : verdict.together) messages.push_front(refusal.bytes);
      if (!verdict.together.empty()) ++restarts_;
      batch_bytes_ = verdict.batch_bytes;
    }
    return dead;
  }
  size_t batch_bytes() const { return batch_bytes_; }
  int restarts() const { return restarts_; }

 private:
  // The next set, when the broker refuses it.
  std::vector<size_t> TakeSet(std::deque<size_t>& messages) const {
    std::vector<size_t> set;
    size_t bytes = 0;
    while (!messages.empty() && (set.empty() || bytes + messages.front() + 1 <= batch_bytes_)) {
      bytes += messages.front() + 1;
      set.push_back(messages.front());
      messages.pop_front();
    }
    return bytes > limit_ ? set : std::vector<size_t>();
  }

  const size_t limit_;
  size_t batch_bytes_ = kDefaultBatchBytes;
  int restarts_ = 0;
};

TEST(RefusalsTest, AMessageThatWasRefusedAloneIsToBlame) {
  const RefusalVerdict verdict = JudgeRefusals({OfSize(300)}, kDefaultBatchBytes);
  EXPECT_THAT(verdict.lone, SizeIs(1));
  EXPECT_THAT(verdict.together, IsEmpty());
  EXPECT_EQ(verdict.batch_bytes, kDefaultBatchBytes);
}

TEST(RefusalsTest, MessagesRefusedTogetherAreSentAgainInSetsOfHalfTheirSize) {
  const RefusalVerdict verdict =
      JudgeRefusals({OfSize(100), OfSize(500), OfSize(400)}, kDefaultBatchBytes);
  EXPECT_THAT(verdict.lone, IsEmpty());
  EXPECT_THAT(verdict.together, SizeIs(3));
  EXPECT_EQ(verdict.batch_bytes, 500u);
}

TEST(RefusalsTest, AMessageAsLargeAsASetMayBeWasAloneAndItsNeighboursAreNotToBlame) {
  const RefusalVerdict verdict = JudgeRefusals({OfSize(10), OfSize(900), OfSize(20)}, 800);
  ASSERT_THAT(verdict.lone, SizeIs(1));
  EXPECT_EQ(verdict.lone[0].bytes, 900u);
  EXPECT_THAT(verdict.together, SizeIs(2));
}

TEST(RefusalsTest, OnlyMessagesThatAreTooLargeAreGivenUpAndTheOthersKeepSetsOfAUsefulSize) {
  std::deque<size_t> messages;
  for (size_t i = 0; i < 3000; ++i) messages.push_back(100 + i % 7);
  messages[1234] = 60000;
  messages[1235] = 50001;
  messages[2999] = 70000;
  Sender sender(50000);
  EXPECT_THAT(sender.SendAll(messages), UnorderedElementsAre(60000, 50001, 70000));
  EXPECT_GE(sender.batch_bytes(), 50000u / 4);
  EXPECT_LE(sender.restarts(), 8);
}

TEST(RefusalsTest, ATopicThatTakesNothingEndsWithEveryMessageAlone) {
  Sender sender(0);
  EXPECT_THAT(sender.SendAll({0, 0, 1, 3}), SizeIs(4));
}

TEST(RefusalsTest, TheLastOfSeveralIsAlone) {
  const RefusalVerdict verdict = JudgeRefusals({OfSize(10), OfSize(900)}, 800);
  EXPECT_THAT(verdict.lone, SizeIs(2));
  EXPECT_THAT(verdict.together, IsEmpty());
}

}  // namespace
}  // namespace serin::stream
