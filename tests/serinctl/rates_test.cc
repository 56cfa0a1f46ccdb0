#include "serinctl/rates.h"

#include "gtest/gtest.h"

namespace serin::serinctl {
namespace {

v1::Route RouteWith(uint64_t requests, uint64_t errors, std::initializer_list<uint64_t> counts) {
  v1::Route route;
  v1::Version* version = route.add_versions();
  version->set_name("v2");
  v1::Traffic* traffic = version->mutable_traffic();
  traffic->set_requests(requests);
  traffic->set_errors(errors);
  for (const double bound : {0.001, 0.002, 0.004}) traffic->add_bounds_seconds(bound);
  for (const uint64_t count : counts) traffic->add_counts(count);
  return route;
}

TEST(RatesTest, OnlyWhatHappenedBetweenTheTwoLooksCounts) {
  const auto rates = RatesBetween(RouteWith(1000, 10, {1000, 0, 0, 0}),
                                  RouteWith(1100, 12, {1000, 100, 0, 0}), absl::Seconds(2));
  EXPECT_DOUBLE_EQ(rates.at("v2").requests_per_second, 50);
  EXPECT_DOUBLE_EQ(rates.at("v2").errors_per_second, 1);
  EXPECT_DOUBLE_EQ(rates.at("v2").p50, 0.0015);
  EXPECT_DOUBLE_EQ(rates.at("v2").p99, 0.00199);
}

TEST(RatesTest, WithoutRequestsThereAreNoLatencies) {
  const v1::Route route = RouteWith(5, 0, {5, 0, 0, 0});
  EXPECT_EQ(RatesBetween(route, route, absl::Seconds(1)).at("v2").p99, 0);
}

TEST(RatesTest, AboveTheLastBoundTheLastBoundIsTold) {
  const auto rates =
      RatesBetween(RouteWith(0, 0, {0, 0, 0, 0}), RouteWith(9, 0, {0, 0, 0, 9}), absl::Seconds(1));
  EXPECT_DOUBLE_EQ(rates.at("v2").p50, 0.004);
}

TEST(RatesTest, ARestartedRouterCountsFromZero) {
  const auto rates = RatesBetween(RouteWith(500, 0, {500, 0, 0, 0}), RouteWith(7, 0, {7, 0, 0, 0}),
                                  absl::Seconds(1));
  EXPECT_DOUBLE_EQ(rates.at("v2").requests_per_second, 7);
}

}  // namespace
}  // namespace serin::serinctl
