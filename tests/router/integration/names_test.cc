#include <gmock/gmock.h>

#include "absl/strings/str_replace.h"
#include "router/dns/system_resolver.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SystemResolverTest, LocalhostIsALoopbackAddress) {
  const auto found = SystemResolver().Resolve("localhost", "50051");
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, Contains("127.0.0.1:50051"));
}

TEST(SystemResolverTest, ANameThatIsNotThereSaysWhy) {
  const auto found = SystemResolver().Resolve("no-such-name.invalid", "50051");
  EXPECT_THAT(found, Not(IsOk()));
  EXPECT_FALSE(found.status().message().empty());
}

// The endpoints of v1 are found by name.
class NamesTest : public RouterTest {
 protected:
  std::string ConfigText() const override {
    return absl::StrReplaceAll(
        RouterTest::ConfigText(),
        {{v1_.address(), absl::StrReplaceAll(v1_.address(), {{"127.0.0.1", "dns:///localhost"}})},
         {v2_.address(), absl::StrCat(v2_.address(), "\", \"dns:///no-such-name.invalid:1")}});
  }
};

TEST_F(NamesTest, AVersionIsServedByTheAddressesOfItsName) {
  StartRouter();
  const Answer answer = Predict(Text("text", "", "v1"));
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(GetRoute().versions(0).endpoints(0).address(), v1_.address());
}

TEST_F(NamesTest, MetricsSayWhichNamesCannotBeResolved) {
  StartRouter();
  const std::string port = absl::StrReplaceAll(v1_.address(), {{"127.0.0.1:", ""}});
  std::string metrics;
  ASSERT_TRUE(WaitFor([&] {
    metrics = testing::HttpGet(router_->admin_port(), "/metrics");
    return metrics.find("invalid:1\",route=\"sentiment\",version=\"v2\"} 0") != std::string::npos;
  })) << metrics;
  EXPECT_THAT(metrics, HasSubstr("serin_upstream_name_resolved{name=\"dns:///localhost:" + port +
                                 "\",route=\"sentiment\",version=\"v1\"} 1"));
}

}  // namespace
}  // namespace serin::router
