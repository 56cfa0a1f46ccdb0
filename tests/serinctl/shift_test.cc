#include "serinctl/shift.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::serinctl {
namespace {

using ::serin::testing::StatusIs;
using ::testing::HasSubstr;
using Weights = std::map<std::string, uint32_t>;

v1::Route RouteWith(const std::map<std::string, double>& shares) {
  v1::Route route;
  for (const auto& [name, share] : shares) {
    v1::Version* version = route.add_versions();
    version->set_name(name);
    version->set_target_share(share);
  }
  return route;
}

TEST(ShiftTest, OneGainsAndTheOtherPays) {
  const v1::Route route = RouteWith({{"v1", 0.8}, {"v2", 0.2}});
  EXPECT_EQ(*ShiftedWeights(route, "v2", "+10"), (Weights{{"v1", 7000}, {"v2", 3000}}));
  EXPECT_EQ(*ShiftedWeights(route, "v2", "-2.5"), (Weights{{"v1", 8250}, {"v2", 1750}}));
  EXPECT_EQ(*ShiftedWeights(route, "v2", "+80"), (Weights{{"v1", 0}, {"v2", 10000}}));
}

TEST(ShiftTest, TheOthersKeepTheirProportionAndTheSumStays) {
  const v1::Route route = RouteWith({{"v1", 0.6}, {"v2", 0.3}, {"v3", 0.1}});
  EXPECT_EQ(*ShiftedWeights(route, "v3", "+30"),
            (Weights{{"v1", 4000}, {"v2", 2000}, {"v3", 4000}}));
}

TEST(ShiftTest, WhatCannotBeIsRefused) {
  const v1::Route route = RouteWith({{"v1", 0.8}, {"v2", 0.2}});
  EXPECT_THAT(ShiftedWeights(route, "v2", "ten"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("got 'ten'")));
  EXPECT_THAT(ShiftedWeights(route, "v9", "+1"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'v9' is no version")));
  EXPECT_THAT(ShiftedWeights(route, "v2", "-21"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("v2 has 20 %")));
}

}  // namespace
}  // namespace serin::serinctl
