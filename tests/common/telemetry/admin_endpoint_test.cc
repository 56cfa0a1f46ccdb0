#include "common/telemetry/admin_endpoint.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/raw_http.h"

namespace serin {
namespace {

using ::serin::testing::HttpGet;
using ::serin::testing::RawHttpExchange;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AdminEndpointTest : public ::testing::Test {
 protected:
  Readiness readiness_;
  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  std::unique_ptr<AdminEndpoint> endpoint_ =
      *AdminEndpoint::Start("127.0.0.1:0", registry_, readiness_);
};

TEST_F(AdminEndpointTest, ServesTheRegistryWithTheBuild) {
  prometheus::BuildCounter().Name("x_total").Register(*registry_).Add({}).Increment(3);
  EXPECT_THAT(HttpGet(endpoint_->port(), "/metrics"),
              AllOf(HasSubstr("x_total 3"), HasSubstr("serin_build_info{version=\"")));
}

TEST_F(AdminEndpointTest, IsReadyWhenEveryConditionHolds) {
  EXPECT_THAT(HttpGet(endpoint_->port(), "/readyz"), StartsWith("HTTP/1.1 503"));
  readiness_.Set("model", true);
  readiness_.Set("peers", false, "waiting for v1");
  EXPECT_THAT(HttpGet(endpoint_->port(), "/readyz"),
              AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("peers: waiting for v1")));
  readiness_.Set("peers", true);
  EXPECT_THAT(HttpGet(endpoint_->port(), "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(HttpGet(endpoint_->port(), "/livez"), StartsWith("HTTP/1.1 200"));
}

TEST_F(AdminEndpointTest, SaysWhichMethodsItTakes) {
  EXPECT_THAT(RawHttpExchange(endpoint_->port(),
                              "POST /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("\r\nAllow: GET, HEAD\r\n")));
}

TEST_F(AdminEndpointTest, NamesWhatItHas) {
  EXPECT_THAT(HttpGet(endpoint_->port(), "/nothing"),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("/metrics")));
}

}  // namespace
}  // namespace serin
