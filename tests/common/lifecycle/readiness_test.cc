#include "common/lifecycle/readiness.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin {
namespace {

using ::testing::ElementsAre;

TEST(ReadinessTest, IsNotReadyBeforeAnyCondition) { EXPECT_FALSE(Readiness().ready()); }

TEST(ReadinessTest, TellsChangesOnceAndInOrder) {
  Readiness readiness;
  std::vector<bool> heard;
  readiness.OnChange([&](bool ready) { heard.push_back(ready); });
  readiness.Set("a", true);
  readiness.Set("a", true);
  readiness.Set("b", false, "starting");
  readiness.Set("b", true);
  EXPECT_THAT(heard, ElementsAre(true, false, true));
}

TEST(ReadinessTest, DescribesWhatItWaitsFor) {
  Readiness readiness;
  readiness.Set("a", true);
  readiness.Set("b", false, "no endpoint of v1");
  EXPECT_EQ(readiness.Describe(), "a: ok\nb: no endpoint of v1\n");
}

}  // namespace
}  // namespace serin
