#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"

namespace serin::router {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Post(int port, const std::string& body, const std::string& headers = "") {
  return testing::RawHttpExchange(
      port, absl::StrCat("POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
                         "Content-Type: application/json\r\n", headers,
                         "Content-Length: ", body.size(), "\r\n\r\n", body));
}

TEST_F(RouterTest, TheGatewayAnswersTheTutorialsShape) {
  StartRouter();
  const std::string answer = Post(router_->http_port(), R"({"data": "fine"})");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(answer, HasSubstr("serin-route-revision: 1\r\n"));
  EXPECT_THAT(answer, HasSubstr("serin-assignment: BLOCK\r\n"));
  const bool first = answer.find("serin-model-version: v1\r\n") != std::string::npos;
  EXPECT_THAT(answer, EndsWith(absl::StrCat("\r\n\r\n{\"compound\":", first ? "0.1" : "0.2",
                                            ",\"neg\":0.0,\"neu\":0.0,\"pos\":0.0}\n")));
}

TEST_F(RouterTest, TheGatewayTakesARoutingKey) {
  StartRouter();
  const std::string expected = Predict(Text("fine", "user-1")).response.model_version();
  for (int i = 0; i < 5; ++i) {
    const std::string answer =
        Post(router_->http_port(), R"({"data": "fine"})", "X-Routing-Key: user-1\r\n");
    EXPECT_THAT(answer, HasSubstr("serin-assignment: KEY\r\n"));
    EXPECT_THAT(answer, HasSubstr("serin-model-version: " + expected));
  }
}

TEST_F(RouterTest, TheGatewayPassesTheTraceContextOn) {
  StartRouter();
  Post(router_->http_port(), R"([{"data": "a"}, {"data": "b"}])", "traceparent: 00-ab-cd-01\r\n");
  std::vector<std::string> all = v1_.traceparents();
  for (const std::string& one : v2_.traceparents()) all.push_back(one);
  EXPECT_THAT(all, ElementsAre("00-ab-cd-01", "00-ab-cd-01"));
}

TEST_F(RouterTest, TheGatewaySaysWhatIsWrongWithARequest) {
  StartRouter();
  const int port = router_->http_port();
  EXPECT_THAT(Post(port, "{\"data\": "), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Post(port, "\"text\""), HasSubstr("got string"));
  EXPECT_THAT(Post(port, "{}"), HasSubstr(R"({"error": "data: expected a string, got nothing"})"));
  EXPECT_THAT(Post(port, R"({"data": 3})"), HasSubstr("got number"));
  EXPECT_THAT(Post(port, "{\"data\": \"\xff\"}"), StartsWith("HTTP/1.1 400 "));
  const std::string empty = Post(port, R"({"data": ""})");
  EXPECT_THAT(empty, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(empty, HasSubstr("at least 1 byte")) << "the model server's own words";
  EXPECT_THAT(testing::HttpGet(port, "/predict"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(testing::HttpGet(port, "/predict"), HasSubstr("\r\nAllow: POST\r\n"));
  EXPECT_THAT(testing::HttpGet(port, "/"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(RouterTest, TheGatewayAnswersAnArrayItemByItem) {
  StartRouter();
  std::string body = R"([{"data": ""})";
  for (int i = 0; i < 100; ++i) body += R"(, {"data": "fine"})";
  const std::string answer = Post(router_->http_port(), body + "]");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  const auto json = nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n")));
  ASSERT_EQ(json.size(), 101u);
  EXPECT_EQ(json[0]["code"], "INVALID_ARGUMENT");
  EXPECT_THAT(json[0]["error"].get<std::string>(), HasSubstr("at least 1 byte"));
  std::map<std::string, int> versions;
  for (size_t i = 1; i < json.size(); ++i) {
    const std::string version = json[i]["version"];
    EXPECT_EQ(json[i]["compound"], version == "v1" ? 0.1 : 0.2);
    ++versions[version];
  }
  // The item that failed took one place of its block.
  EXPECT_NEAR(versions["v2"], 20, 1);
  EXPECT_THAT(Post(router_->http_port(), "[]"), EndsWith("\r\n\r\n[]\n"));
}

TEST_F(RouterTest, TheGatewaySaysWhichElementIsWrong) {
  StartRouter();
  const int port = router_->http_port();
  EXPECT_THAT(Post(port, R"([{"data": "a"}, 3])"), HasSubstr(R"([1]: expected {\"data\")"));
  EXPECT_THAT(Post(port, R"([{"data": "a"}, {}])"), HasSubstr("[1].data: expected a string"));
  std::string many = R"([{"data": "a"})";
  for (int i = 0; i < 2000; ++i) many += R"(,{"data": "a"})";
  EXPECT_THAT(Post(port, many + "]"), HasSubstr("at most 2000 elements, got 2001"));
}

TEST_F(RouterTest, TheGatewaySaysThatNothingCanAnswer) {
  StartRouter();
  v1_.Kill();
  v2_.Kill();
  ASSERT_TRUE(WaitFor([this] { return !router_->ready(); }));
  EXPECT_THAT(Post(router_->http_port(), R"({"data": "fine"})"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(testing::HttpGet(router_->admin_port(), "/readyz"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(RouterTest, TheGatewayCancelsTheCallOfAClientThatBreaksOff) {
  default_timeout_ = "600s";
  StartRouter();
  v1_.Hang(true);
  v2_.Hang(true);
  testing::RawHttpReset(
      router_->http_port(),
      "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n"
      R"({"data": "fine"})",
      [this] { EXPECT_TRUE(WaitFor([this] { return v1_.messages() + v2_.messages() > 0; })); });
  EXPECT_TRUE(WaitFor([this] {
    return testing::HttpGet(router_->admin_port(), "/metrics").find("code=\"CANCELLED\"} 1\n") !=
           std::string::npos;
  }));
  v1_.Hang(false);
  v2_.Hang(false);
}

TEST_F(RouterTest, MetricsCountByAssignedVersion) {
  StartRouter();
  v2_.FailEvery(1, absl::UnavailableError("out of order"));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Predict(Text("fine")).status.ok());
  const std::string metrics = testing::HttpGet(router_->admin_port(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("serin_requests_total{route=\"sentiment\",version=\"v1\","
                                 "assignment=\"BLOCK\",code=\"OK\"} 80\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_requests_total{route=\"sentiment\",version=\"v2\","
                                 "assignment=\"FALLBACK\",code=\"OK\"} 20\n"));
  EXPECT_THAT(metrics,
              HasSubstr("serin_fallback_total{route=\"sentiment\",from=\"v2\",to=\"v1\"} 20\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_route_weight{route=\"sentiment\",version=\"v2\"} 2000\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_route_revision{route=\"sentiment\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_request_duration_seconds_count{route=\"sentiment\","
                                 "version=\"v1\"} 80\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_build_info"));
}

}  // namespace
}  // namespace serin::router
