#include "stream-client/pipeline/write_order.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stream-client/pipeline/offset_ledger.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WriteOrderTest : public ::testing::Test {
 protected:
  WriteOrderTest() {
    for (int32_t i = 0; i < 3; ++i) ledger_.Assign({"in", i});
  }

  std::unique_ptr<Batch> Sent(WriteOrder& order, uint64_t id, int32_t partition,
                              const std::string& key) {
    std::vector<BatchItem> items;
    items.push_back({.record = MakeRecord(partition, static_cast<int64_t>(id), "text", key),
                     .text = "text",
                     .outcome = {}});
    auto batch = MakeBatch(id, std::move(items));
    ledger_.Open(*batch);
    order.Open(*batch);
    return batch;
  }

  // Ids of everything that may be written.
  static std::vector<uint64_t> Ready(WriteOrder& order) {
    std::vector<uint64_t> ids;
    while (auto batch = order.TakeReady()) ids.push_back(batch->id);
    return ids;
  }

  OffsetLedger ledger_;
};

TEST_F(WriteOrderTest, ABatchWaitsForAnEarlierOneOfItsPartition) {
  WriteOrder order(Order::kPartition);
  auto first = Sent(order, 1, 0, "a");
  auto second = Sent(order, 2, 0, "b");
  auto elsewhere = Sent(order, 3, 1, "a");
  order.Hold(std::move(second));
  order.Hold(std::move(elsewhere));
  EXPECT_THAT(Ready(order), ElementsAre(3));
  order.Hold(std::move(first));
  EXPECT_THAT(Ready(order), ElementsAre(1, 2));
}

TEST_F(WriteOrderTest, ABatchThatWaitsHoldsUpTheLaterOnesOfItsPartition) {
  WriteOrder order(Order::kPartition);
  auto first = Sent(order, 1, 0, "a");
  std::vector<BatchItem> items;
  items.push_back(MakeItem(0, 2));
  items.push_back(MakeItem(1, 2));
  auto both = MakeBatch(2, std::move(items));
  ledger_.Open(*both);
  order.Open(*both);
  auto third = Sent(order, 3, 1, "a");
  order.Hold(std::move(third));
  order.Hold(std::move(both));
  EXPECT_THAT(Ready(order), IsEmpty());
  order.Hold(std::move(first));
  EXPECT_THAT(Ready(order), ElementsAre(1, 2, 3));
}

TEST_F(WriteOrderTest, ByKeyOnlyTheSameKeyWaits) {
  WriteOrder order(Order::kKey);
  auto first = Sent(order, 1, 0, "a");
  order.Hold(Sent(order, 2, 0, "b"));
  order.Hold(Sent(order, 3, 0, "a"));
  order.Hold(Sent(order, 4, 0, ""));
  EXPECT_THAT(Ready(order), ElementsAre(2, 4));
  order.Hold(std::move(first));
  EXPECT_THAT(Ready(order), ElementsAre(1, 3));
}

TEST_F(WriteOrderTest, WithoutOrderNothingWaits) {
  WriteOrder order(Order::kNone);
  auto first = Sent(order, 1, 0, "a");
  order.Hold(Sent(order, 2, 0, "a"));
  EXPECT_THAT(Ready(order), ElementsAre(2));
}

}  // namespace
}  // namespace serin::stream
