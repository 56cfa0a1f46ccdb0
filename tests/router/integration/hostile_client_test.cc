#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http2/frame_budget.h"
#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/raw_connection.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"

namespace serin::router {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::http2::testing::RawClient;
using ::serin::http2::testing::RawConnection;
using ::testing::HasSubstr;

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kPredict[] = "/serin.v1.Predictor/Predict";

class HostileClientTest : public RouterTest {
 protected:
  // The grpc-status that a call with these headers and this message gets; "none": it got nothing.
  std::string StatusOf(const RawClient::Fields& headers, const std::string& message) {
    RawConnection connection(router_->port());
    RawClient client;
    const int stream = client.Send(headers, Framed(message));
    if (!connection.Talk(client, [&] { return client.answer(stream).closed; })) return "none";
    const auto& fields = client.answer(stream).fields;
    const auto found = fields.find("grpc-status");
    return found == fields.end() ? "none" : found->second;
  }
};

TEST_F(HostileClientTest, MetadataThatGrpcDoesNotTakeHarmsNobody) {
  StartRouter();
  for (const RawClient::Fields& odd :
       std::vector<RawClient::Fields>{{{"x-odd", "\xFF\xFE"}},
                                      {{"x-odd", "a\tb"}},
                                      {{"x!odd|", "a"}},
                                      {{"x-odd-bin", "not base64 !"}},
                                      {{"x-odd-bin", "\xFF"}},
                                      {{"grpc-internal-encoding-request", "odd"}},
                                      {{"grpc-status", "x"}},
                                      {{"grpc-previous-rpc-attempts", "x"}},
                                      {{"content-type", "x"}},
                                      {{"host", "x"}}}) {
    StatusOf(RawClient::CallHeaders(kHealthCheck, odd), "");
    EXPECT_EQ(StatusOf(RawClient::CallHeaders(kHealthCheck), ""), "0");
  }
}

TEST_F(HostileClientTest, ALongNameOfAnUnknownModelIsAnswered) {
  StartRouter();
  v1::PredictRequest request = Text("fine");
  request.set_model(std::string(1 << 20, 'x'));
  EXPECT_EQ(StatusOf(RawClient::CallHeaders(kPredict), request.SerializeAsString()), "5");
  request = Text("fine", "", std::string(1 << 20, 'x'));
  EXPECT_EQ(StatusOf(RawClient::CallHeaders(kPredict), request.SerializeAsString()), "5");
}

TEST_F(HostileClientTest, ADeadlineThatHasPassedIsSaidAndAsksNoModelServer) {
  StartRouter();
  const std::string request = Text("fine").SerializeAsString();
  EXPECT_EQ(StatusOf(RawClient::CallHeaders(kPredict, {{"grpc-timeout", "0n"}}), request), "4");
  EXPECT_EQ(v1_.messages() + v2_.messages(), 0u);
  EXPECT_EQ(StatusOf(RawClient::CallHeaders(kPredict, {{"grpc-timeout", "9S"}}), request), "0");
}

TEST_F(HostileClientTest, PathsThatNameNothingAreUnimplemented) {
  StartRouter();
  for (const std::string& path :
       {std::string("/"), std::string("//"), std::string("/serin.v1.Predictor/"),
        std::string("/serin.v1.Predictor/predict"), "/" + std::string(8000, 'x'),
        std::string("/a\xFF/b")}) {
    EXPECT_EQ(StatusOf(RawClient::CallHeaders(path), ""), "12") << path;
  }
}

TEST_F(HostileClientTest, ConnectionsAndThoseThatAreCutOffAreInTheMetrics) {
  StartRouter();
  const std::string before = testing::HttpGet(router_->admin_port(), "/metrics");
  for (const char* reason : {"limit", "descriptors", "silent", "stalled", "flood"}) {
    EXPECT_THAT(before, HasSubstr(absl::StrCat("serin_connections_refused_total{reason=\"", reason,
                                               "\"} 0\n")));
  }
  RawConnection open(router_->port());
  RawConnection bad(router_->port());
  const std::string ping = http2::testing::RawFrame(NGHTTP2_PING, 0, 0, "12345678");
  std::string flood = RawClient().TakeOutput();
  for (int i = 0; i < 2 * http2::FrameBudget::kIdleFrames; ++i) flood += ping;
  bad.Send(flood);
  EXPECT_TRUE(bad.WaitForClose());
  EXPECT_TRUE(WaitFor([&] {
    const std::string after = testing::HttpGet(router_->admin_port(), "/metrics");
    return after.find("serin_connections_refused_total{reason=\"flood\"} 1\n") != after.npos &&
           after.find("serin_connections_open 1\n") != after.npos;
  }));
}

}  // namespace
}  // namespace serin::router
