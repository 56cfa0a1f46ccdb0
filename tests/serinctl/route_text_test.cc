#include "serinctl/route_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::serinctl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Route SampleRoute() {
  v1::Route route;
  route.set_name("sentiment");
  route.set_revision(7);
  route.set_stable_version("v1");
  (*route.mutable_weights())["v1"] = 80;
  v1::Version* v1 = route.add_versions();
  v1->set_name("v1");
  v1->set_target_share(1.0);
  v1->set_served_requests(12);
  v1->set_served_share(0.75);
  v1->add_endpoints()->set_address("10.0.0.1:50051");
  route.add_versions()->set_name("v2");
  return route;
}

TEST(RouteTextTest, ShowsWeightTargetServedAndEndpointsOfEveryVersion) {
  const std::string text = RouteText(SampleRoute());
  EXPECT_THAT(text, HasSubstr("route sentiment, revision 7, stable version v1"));
  EXPECT_THAT(text, ContainsRegex("v1 +80 +100.00% +12 +75.00%  10.0.0.1:50051 \\(NOT READY\\)"));
  EXPECT_THAT(text, ContainsRegex("v2 +0 +0.00%"));
}

TEST(RouteTextTest, SpeaksOfDriftOnlyWhenThereIsSome) {
  v1::Route route = SampleRoute();
  EXPECT_THAT(RouteText(route), Not(HasSubstr("drift")));
  route.mutable_drift()->set_summary("the config file says v1=50 v2=50");
  EXPECT_THAT(RouteText(route), HasSubstr("drift: the config file says v1=50 v2=50"));
}

}  // namespace
}  // namespace serin::serinctl
