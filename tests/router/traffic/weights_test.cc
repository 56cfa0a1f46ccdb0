#include "router/traffic/weights.h"

#include <numeric>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kTwo = {"v1", "v2"};

TEST(WeightsTest, AreRelative) {
  for (const auto& given :
       {std::map<std::string, uint32_t>{{"v1", 80}, {"v2", 20}},
        std::map<std::string, uint32_t>{{"v1", 4}, {"v2", 1}},
        std::map<std::string, uint32_t>{{"v1", 4'000'000'000}, {"v2", 1'000'000'000}}}) {
    const auto weights = Weights::Create(kTwo, given);
    ASSERT_THAT(weights, IsOk());
    EXPECT_THAT(weights->SlotCounts(), ElementsAre(8000, 2000));
  }
}

TEST(WeightsTest, AVersionThatIsNotNamedGetsExactlyNothing) {
  const auto weights = Weights::Create({"v1", "v2", "v3"}, {{"v2", 7}, {"v3", 0}});
  ASSERT_THAT(weights, IsOk());
  EXPECT_THAT(weights->SlotCounts(), ElementsAre(0, 10'000, 0));
}

TEST(WeightsTest, TheSmallestShareIsOneSlot) {
  EXPECT_THAT(Weights::Create(kTwo, {{"v1", 9999}, {"v2", 1}})->SlotCounts(), ElementsAre(9999, 1));
  EXPECT_THAT(Weights::Create(kTwo, {{"v1", 10'000}, {"v2", 1}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("weights[\"v2\"] = 1"), HasSubstr("1/10,000"))));
}

TEST(WeightsTest, EveryFaultIsTold) {
  EXPECT_THAT(
      Weights::Create(kTwo, {{"v3", 1}, {"v4", 4'294'967'295}, {"v1", 0}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("weights[\"v3\"] = 1: expected one of v1, v2"),
                     HasSubstr("weights[\"v4\"] = 4294967295"), HasSubstr("a sum of at least 1"))));
  EXPECT_THAT(Weights::Create(kTwo, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at least 1")));
}

TEST(WeightsTest, CountsAddUpAndLieWithinOneOfTheShare) {
  std::mt19937 random(1);
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f", "g"};
  for (int round = 0; round < 500; ++round) {
    std::map<std::string, uint32_t> given;
    uint64_t sum = 0;
    for (const std::string& name : names)
      sum += given[name] = random() % 3 == 0 ? 0 : random() % 50;
    const auto weights = Weights::Create(names, given);
    if (sum == 0) continue;
    ASSERT_THAT(weights, IsOk());
    const std::vector<uint32_t> counts = weights->SlotCounts();
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0u), kSlots);
    for (size_t i = 0; i < names.size(); ++i) {
      const double share = 10'000.0 * given[names[i]] / static_cast<double>(sum);
      EXPECT_LT(std::abs(counts[i] - share), 1.0);
      EXPECT_EQ(counts[i] == 0, given[names[i]] == 0);
    }
  }
}

}  // namespace
}  // namespace serin::router
