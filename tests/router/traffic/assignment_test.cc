#include "router/traffic/assignment.h"

#include <atomic>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "common/hashing/stable_hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/revisions/route.h"

namespace serin::router {
namespace {

std::vector<uint32_t> CountBlock(const BlockSchedule& schedule, uint64_t first, uint64_t count,
                                 size_t versions) {
  std::vector<uint32_t> counts(versions);
  for (uint64_t i = first; i < first + count; ++i) ++counts[schedule.At(i).version];
  return counts;
}

TEST(BlockScheduleTest, EveryAlignedBlockHoldsExactlyTheWeights) {
  const BlockSchedule schedule({8000, 2000}, 1);
  for (uint64_t block = 0; block < 1000; ++block) {
    ASSERT_EQ(CountBlock(schedule, block * 100, 100, 2), (std::vector<uint32_t>{80, 20}));
  }
}

TEST(BlockScheduleTest, AnyCountsAreExactOverTenThousandAndWithinOneInABlock) {
  std::mt19937 random(6);
  for (int round = 0; round < 200; ++round) {
    std::vector<uint32_t> counts(2 + random() % 6);
    uint32_t left = kSlots;
    for (size_t i = 0; i + 1 < counts.size(); ++i) left -= counts[i] = random() % (left + 1);
    counts.back() = left;
    const BlockSchedule schedule(counts, random());
    EXPECT_EQ(CountBlock(schedule, 30'000, kSlots, counts.size()), counts);
    for (uint64_t block = 0; block < 100; ++block) {
      const auto in_block = CountBlock(schedule, block * 100, 100, counts.size());
      for (size_t i = 0; i < counts.size(); ++i) {
        ASSERT_GE(in_block[i], counts[i] / 100);
        ASSERT_LE(in_block[i], (counts[i] + 99) / 100);
      }
    }
  }
}

TEST(BlockScheduleTest, TheOrderInsideBlocksLooksRandom) {
  const BlockSchedule schedule({8000, 2000}, 42);
  constexpr int kBlocks = 5000;
  std::vector<int> at_position(100);
  std::set<std::string> orders;
  for (uint64_t block = 0; block < kBlocks; ++block) {
    std::string order;
    for (uint64_t i = 0; i < 100; ++i) {
      const uint16_t version = schedule.At(block * 100 + i).version;
      at_position[i] += version;
      order += static_cast<char>('0' + version);
    }
    orders.insert(order);
  }
  // 1,000 expected at each place, standard deviation 28: five of them.
  for (const int count : at_position) EXPECT_NEAR(count, 1000, 142);
  EXPECT_EQ(orders.size(), static_cast<size_t>(kBlocks)) << "no order comes twice";
}

TEST(BlockScheduleTest, RevisionsHaveOrdersOfTheirOwn) {
  const Weights weights = *Weights::Create({"v1", "v2"}, {{"v1", 80}, {"v2", 20}});
  const Split one("sentiment", 1, SlotTable::Create(weights), 2);
  const Split two("sentiment", 2, SlotTable::Create(weights), 2);
  int different = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    different += one.BySequence(i).version != two.BySequence(i).version ? 1 : 0;
  }
  EXPECT_GT(different, 10);
}

TEST(ActiveRevisionTest, EveryBlockIsExactUnderAnyNumberOfThreads) {
  const auto versions = std::make_shared<const VersionSet>(
      RouteSpec{.stable_version = "v1", .versions = {"v1", "v2", "v3"}});
  const Weights weights = *Weights::Create(versions->names(), {{"v1", 70}, {"v2", 20}, {"v3", 10}});
  const ActiveRevision active({.route = "sentiment", .number = 1}, SlotTable::Create(weights),
                              versions);
  constexpr int kBlocks = 80;
  std::vector<std::array<std::atomic<int>, 3>> counts(kBlocks);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kBlocks * 100 / 8; ++i) {
        const Split::Choice choice = active.split().BySequence(active.TakeSequences(1));
        ++counts[choice.block][choice.version];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& block : counts) {
    EXPECT_EQ(block[0], 70);
    EXPECT_EQ(block[1], 20);
    EXPECT_EQ(block[2], 10);
  }
}

TEST(KeySlotTest, IsTheGoldenFilesForEveryKey) {
  std::ifstream file("tests/router/traffic/golden_slots.tsv");
  std::string line;
  int checked = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const size_t first = line.find('\t');
    const size_t second = line.rfind('\t');
    const std::string route = line.substr(0, first);
    const std::string key = line.substr(first + 1, second - first - 1);
    EXPECT_EQ(KeySlot(StableHash(route), key), std::stoul(line.substr(second + 1))) << line;
    ++checked;
  }
  EXPECT_EQ(checked, 80);
}

TEST(KeySlotTest, KeysSpreadEvenly) {
  const Weights weights = *Weights::Create({"v1", "v2"}, {{"v1", 80}, {"v2", 20}});
  const Split split("sentiment", 1, SlotTable::Create(weights), 2);
  int second = 0;
  for (int i = 0; i < 100'000; ++i) second += split.ByKey("user-" + std::to_string(i)).version;
  // Standard deviation 126: five of them.
  EXPECT_NEAR(second, 20'000, 632);
}

}  // namespace
}  // namespace serin::router
