// When batches start, by a clock that stands still until it is moved.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model-server/batching/item_batcher.h"
#include "tests/support/fake_clock.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeClock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BatchQueueTest : public ::testing::Test {
 protected:
  void Add(int items) {
    for (int i = 0; i < items; ++i) {
      names_.push_back(std::to_string(names_.size()));
      queue_.Add({.text = names_.back(),
                  .still_wanted = [this] { return wanted_; },
                  .done = [](const absl::StatusOr<Sentiment>&, absl::Duration) {}},
                 clock_.Now());
    }
  }

  // The texts of the batch that starts now.
  std::vector<std::string> Take() {
    std::vector<std::string> texts;
    BatchQueue::Taken taken = queue_.TakeDue(clock_.Now());
    for (const BatchedItem& item : taken.batch) texts.emplace_back(item.text);
    unwanted_ += taken.unwanted.size();
    return texts;
  }

  FakeClock clock_;
  absl::Status wanted_;
  size_t unwanted_ = 0;
  std::deque<std::string> names_;
  BatchQueue queue_{{.max_items = 8, .preferred_items = 3, .max_delay = absl::Milliseconds(5)}};
};

TEST_F(BatchQueueTest, StartsAMultipleOfThePreferredSizeAtOnceAndLeavesTheRest) {
  Add(2);
  EXPECT_THAT(Take(), IsEmpty());
  Add(5);
  EXPECT_THAT(Take(), ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_FALSE(queue_.empty());
}

TEST_F(BatchQueueTest, StartsWhateverWaitsWhenTheFirstHasWaitedLongEnough) {
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteFuture());
  Add(1);
  const absl::Time due = clock_.Now() + absl::Milliseconds(5);
  EXPECT_EQ(queue_.NextDue(), due);
  clock_.Advance(absl::Milliseconds(3));
  Add(1);
  EXPECT_EQ(queue_.NextDue(), due);
  clock_.Advance(absl::Milliseconds(2) - absl::Nanoseconds(1));
  EXPECT_THAT(Take(), IsEmpty());
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_THAT(Take(), ElementsAre("0", "1"));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(BatchQueueTest, NeverStartsMoreThanTheMaximum) {
  Add(20);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Take().size(), 8u);
  EXPECT_EQ(Take().size(), 8u);
  EXPECT_EQ(Take().size(), 4u);
}

TEST_F(BatchQueueTest, WhatNobodyWantsAnyMoreTakesNoRoomInABatch) {
  wanted_ = absl::CancelledError("gone");
  Add(2);
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_EQ(unwanted_, 0u);  // asked when the turn comes
  queue_.Add({.text = "wanted",
              .still_wanted = [] { return absl::OkStatus(); },
              .done = [](const absl::StatusOr<Sentiment>&, absl::Duration) {}},
             clock_.Now());
  EXPECT_THAT(Take(), IsEmpty());  // three waited, but only one is wanted
  EXPECT_EQ(unwanted_, 2u);
  clock_.Advance(absl::Milliseconds(5));
  EXPECT_THAT(Take(), ElementsAre("wanted"));
}

TEST_F(BatchQueueTest, WithoutADelayEverythingStartsAtOnce) {
  queue_ = BatchQueue({.max_items = 8, .preferred_items = 8});
  Add(3);
  EXPECT_EQ(Take().size(), 3u);
}

}  // namespace
}  // namespace serin::model_server
