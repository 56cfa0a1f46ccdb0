#include "common/net/seldom.h"

#include <gtest/gtest.h>

namespace serin {
namespace {

TEST(SeldomTest, TheFirstIsSaidAtOnceAndTheRestOnceAMinuteWithTheirNumber) {
  const absl::Time start = absl::FromUnixSeconds(1'000'000'000);
  Seldom seldom;
  EXPECT_EQ(seldom.Count(start), 1u);
  for (int i = 1; i < 60; ++i) EXPECT_EQ(seldom.Count(start + absl::Seconds(i)), 0u);
  EXPECT_EQ(seldom.Count(start + absl::Seconds(60)), 60u);
  EXPECT_EQ(seldom.Count(start + absl::Seconds(61)), 0u);
}

}  // namespace
}  // namespace serin
