#include "model-server/batching/item_batcher.h"

#include <string>

#include "absl/synchronization/blocking_counter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/costly_call_model.h"

namespace serin::model_server {
namespace {

using ::serin::testing::CostlyCallModel;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Le;

BatchedItem Item(std::string_view text, absl::BlockingCounter& done) {
  return {
      .text = text,
      .still_wanted = [] { return absl::OkStatus(); },
      .done = [&done](const absl::StatusOr<Sentiment>&, absl::Duration) { done.DecrementCount(); }};
}

class ItemBatcherTest : public ::testing::Test {
 protected:
  RealClock clock_;
  std::shared_ptr<CostlyCallModel> model_ = std::make_shared<CostlyCallModel>();
};

TEST_F(ItemBatcherTest, ABackendThatIsDearPerCallCostsAFractionInBatches) {
  constexpr int kItems = 1000;
  absl::BlockingCounter done(kItems);
  ItemBatcher batcher({.max_items = 50, .preferred_items = 50, .max_delay = absl::Seconds(10)},
                      model_, clock_);
  for (int i = 0; i < kItems; ++i) batcher.Submit(Item("good", done));
  done.Wait();
  EXPECT_THAT(model_->sizes(), Each(50u));
  const int one_by_one = kItems * (CostlyCallModel::kCostOfCall + CostlyCallModel::kCostOfItem);
  EXPECT_LT(model_->cost() * 30, one_by_one);
}

TEST_F(ItemBatcherTest, AFewItemsDoNotWaitForMoreThanTheDelay) {
  absl::BlockingCounter done(2);
  ItemBatcher batcher({.max_items = 50, .preferred_items = 50, .max_delay = absl::Milliseconds(1)},
                      model_, clock_);
  batcher.Submit(Item("good", done));
  batcher.Submit(Item("good", done));
  done.Wait();  // would last for ever if the batch waited to be full
  EXPECT_THAT(model_->sizes(), Each(Le(2u)));
}

TEST_F(ItemBatcherTest, TheNextBatchGathersWhileOneIsWorkedOn) {
  absl::Notification gate;
  model_->HoldUntil(&gate);
  absl::BlockingCounter done(7);
  ItemBatcher batcher({.max_items = 50, .preferred_items = 1}, model_, clock_);
  batcher.Submit(Item("good", done));
  // The model is held, so whatever the first batch took, the others wait together.
  for (int i = 0; i < 6; ++i) batcher.Submit(Item("good", done));
  gate.Notify();
  done.Wait();
  size_t items = 0;
  for (const size_t size : model_->sizes()) items += size;
  EXPECT_EQ(items, 7u);
  EXPECT_LE(model_->sizes().size(), 3u);
}

TEST_F(ItemBatcherTest, EachItemGetsItsOwnOutcome) {
  std::vector<std::string> outcomes(3);
  absl::BlockingCounter done(3);
  ItemBatcher batcher({.max_items = 3, .preferred_items = 3, .max_delay = absl::Seconds(10)},
                      model_, clock_);
  const std::string_view texts[] = {"good", "fail", "table"};
  for (size_t i = 0; i < 3; ++i) {
    batcher.Submit(
        {.text = texts[i],
         .still_wanted = [] { return absl::OkStatus(); },
         .done =
             [&outcomes, &done, i](const absl::StatusOr<Sentiment>& outcome, absl::Duration) {
               outcomes[i] = outcome.ok() ? std::string(LabelName(outcome->label))
                                          : std::string(outcome.status().message());
               done.DecrementCount();
             }});
  }
  done.Wait();
  EXPECT_THAT(outcomes, ElementsAre("positive", "this text alone", "neutral"));
}

TEST_F(ItemBatcherTest, AnswersWhatItHasBeforeItIsDestroyed) {
  absl::BlockingCounter done(5);
  {
    ItemBatcher batcher({.max_items = 50, .preferred_items = 50, .max_delay = absl::Hours(1)},
                        model_, clock_);
    for (int i = 0; i < 5; ++i) batcher.Submit(Item("good", done));
  }
  done.Wait();
  EXPECT_THAT(model_->sizes(), ElementsAre(5u));
}

TEST_F(ItemBatcherTest, TheLastAnswerMayDestroyTheBatcher) {
  absl::Notification destroyed;
  auto batcher = std::make_shared<ItemBatcher>(BatchingPolicy{.max_items = 1, .preferred_items = 1},
                                               model_, clock_);
  absl::Notification handed_in;
  ItemBatcher& submit_to = *batcher;
  submit_to.Submit({.text = "good",
                    .still_wanted = [] { return absl::OkStatus(); },
                    .done =
                        [&](const absl::StatusOr<Sentiment>&, absl::Duration) {
                          handed_in.WaitForNotification();
                          batcher.reset();
                          destroyed.Notify();
                        }});
  handed_in.Notify();
  destroyed.WaitForNotification();
  EXPECT_EQ(batcher, nullptr);
}

}  // namespace
}  // namespace serin::model_server
