#include "router/traffic/slot_table.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

const std::vector<std::string> kNames = {"v1", "v2", "v3", "v4"};

// Random weights for the first `versions` of kNames, often with zeros.
Weights RandomWeights(std::mt19937& random, size_t versions) {
  const std::vector<std::string> names(kNames.begin(),
                                       kNames.begin() + static_cast<std::ptrdiff_t>(versions));
  while (true) {
    std::map<std::string, uint32_t> given;
    for (const std::string& name : names) given[name] = random() % 4 == 0 ? 0 : random() % 100;
    if (auto weights = Weights::Create(names, given); weights.ok()) return *weights;
  }
}

Weights Two(uint32_t first, uint32_t second) {
  return *Weights::Create({"v1", "v2"}, {{"v1", first}, {"v2", second}});
}

TEST(SlotTableTest, GrowingAVersionNeverTakesItsSlotsAwayAndMovesTheFewest) {
  std::mt19937 random(2);
  for (int history = 0; history < 40; ++history) {
    const size_t versions = 2 + history % 3;
    SlotTable table = SlotTable::Create(RandomWeights(random, versions));
    for (int step = 0; step < 8; ++step) {
      const Weights weights = RandomWeights(random, versions);
      const SlotTable next = table.Reweight(weights);
      const std::vector<uint32_t> before = table.Counts(versions);
      const std::vector<uint32_t> target = weights.SlotCounts();
      EXPECT_EQ(next.Counts(versions), target);
      uint32_t least = 0;
      for (size_t i = 0; i < versions; ++i)
        least += target[i] > before[i] ? target[i] - before[i] : 0;
      EXPECT_EQ(table.Distance(next), least);
      for (uint32_t slot = 0; slot < kSlots; ++slot) {
        const uint16_t owner = table[slot];
        if (target[owner] >= before[owner]) {
          ASSERT_EQ(next[slot], owner) << "slot " << slot << " left a version that did not shrink";
        }
      }
      table = next;
    }
  }
}

TEST(SlotTableTest, TwoVersionsAreTwoIntervalsWhateverTheHistory) {
  std::mt19937 random(3);
  SlotTable table = SlotTable::Create(Two(80, 20));
  for (int step = 0; step < 50; ++step) {
    const Weights weights = RandomWeights(random, 2);
    table = table.Reweight(weights);
    EXPECT_EQ(table, SlotTable::Create(weights));
  }
}

TEST(SlotTableTest, ThereAndBackGivesEveryKeyItsOldVersion) {
  std::mt19937 random(4);
  for (int history = 0; history < 60; ++history) {
    SlotTable table = SlotTable::Create(RandomWeights(random, 4));
    for (int i = 0; i < 3; ++i) table = table.Reweight(RandomWeights(random, 4));
    const Weights away = RandomWeights(random, 4);
    const std::vector<uint32_t> counts = table.Counts(4);
    const Weights back = *Weights::Create(
        kNames, {{"v1", counts[0]}, {"v2", counts[1]}, {"v3", counts[2]}, {"v4", counts[3]}});
    EXPECT_EQ(table.Reweight(away).ReweightTowards(back, table), table);
  }
}

TEST(SlotTableTest, AFormerTableThatIsFartherThanNeededIsNotTaken) {
  const SlotTable now = SlotTable::Create(Two(80, 20));
  const SlotTable mirrored = *SlotTable::Parse("v2:0-1999,v1:2000-9999", {"v1", "v2"});
  EXPECT_EQ(now.ReweightTowards(Two(80, 20), mirrored), now);
}

TEST(SlotTableTest, TextReadsBackToTheSameTable) {
  std::mt19937 random(5);
  SlotTable table = SlotTable::Create(RandomWeights(random, 4));
  for (int i = 0; i < 20; ++i) {
    const auto read = SlotTable::Parse(table.ToText(kNames), kNames);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, table);
    table = table.Reweight(RandomWeights(random, 4));
  }
  EXPECT_EQ(SlotTable::Create(Two(80, 20)).ToText(kNames), "v1:0-7999,v2:8000-9999");
}

TEST(SlotTableTest, TextThatIsNoTableIsRefused) {
  const auto refused = [](std::string_view text, const char* why) {
    EXPECT_THAT(SlotTable::Parse(text, kNames),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
        << text;
  };
  refused("", "expected version:first-last");
  refused("v1:0-7999", "up to 7999");
  refused("v1:0-7999,v2:8001-9999", "expected a run from 8000");
  refused("v1:0-7999,v2:7000-9999", "expected a run from 8000");
  refused("v1:0-7999,v9:8000-9999", "\"v9\" is not a version");
  refused("v1:0-10000", "within 0-9999");
  refused("v1:5-1", "expected version:first-last");
}

}  // namespace
}  // namespace serin::router
