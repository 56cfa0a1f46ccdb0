// The access log of a whole router, and what it says of calls through each of its doors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "inference/grpc_service.grpc.pb.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"
#include "tests/support/text_tensor.h"

namespace serin::router {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTraceParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

class RouterAccessLogTest : public RouterTest {
 protected:
  RouterAccessLogTest() { std::filesystem::create_directories(folder_); }

  std::string ConfigText() const override {
    return absl::StrCat(RouterTest::ConfigText(), "access_log: {path: \"", path(), "\"}\n");
  }

  std::string path() const { return (folder_ / "access.jsonl").string(); }

  // The file's lines, once there are so many.
  std::vector<nlohmann::json> Lines(size_t count) {
    std::vector<nlohmann::json> lines;
    EXPECT_TRUE(WaitFor([&] {
      lines.clear();
      std::ifstream file(path());
      for (std::string line; std::getline(file, line);) {
        lines.push_back(nlohmann::json::parse(line));
      }
      return lines.size() >= count;
    }));
    return lines;
  }
};

TEST_F(RouterAccessLogTest, EveryDoorWritesLinesWithTheIdsOfItsCaller) {
  StartRouter();
  v1::PredictRequest request = Text("fine", "user-1");
  request.set_request_id("r-1");
  request.set_traceparent(kTraceParent);
  const Answer answer = Predict(request);
  ASSERT_TRUE(answer.status.ok());

  auto tensor = testing::TextTensor({"a", "b"});
  tensor.set_id("t-1");
  tensor.set_model_version("v2");
  grpc::ClientContext context;
  context.AddMetadata("traceparent", kTraceParent);
  inference::ModelInferResponse inferred;
  const auto inference = inference::GRPCInferenceService::NewStub(Connect(router_->port(), 100));
  ASSERT_TRUE(inference->ModelInfer(&context, tensor, &inferred).ok());

  const std::string body = R"([{"data": "a"}, {"data": "b"}, {"data": "c"}])";
  testing::RawHttpExchange(
      router_->http_port(),
      absl::StrCat("POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Routing-Key: k\r\n",
                   "traceparent: ", kTraceParent, "\r\nContent-Length: ", body.size(), "\r\n\r\n",
                   body));

  const std::vector<nlohmann::json> lines = Lines(3);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["assigned"], answer.response.model_version());
  EXPECT_EQ(lines[0]["assignment"], "KEY");
  EXPECT_EQ(lines[0]["request_id"], "r-1");
  EXPECT_EQ(lines[0]["trace_id"], kTraceId);
  EXPECT_EQ(lines[1]["endpoint"], v2_.address());
  EXPECT_EQ(lines[1]["items"], 2);
  EXPECT_EQ(lines[1]["request_id"], "t-1");
  EXPECT_EQ(lines[1]["trace_id"], kTraceId);
  EXPECT_THAT(lines[1]["flags"], ElementsAre("pinned"));
  EXPECT_EQ(lines[2]["items"], 3);
  EXPECT_EQ(lines[2]["assignment"], "KEY");
  EXPECT_EQ(lines[2]["trace_id"], kTraceId);
  EXPECT_THAT(testing::HttpGet(router_->admin_port(), "/metrics"),
              HasSubstr("\nserin_access_log_dropped_total 0\n"));
}

TEST_F(RouterAccessLogTest, ACallersTimeoutIsFlagged) {
  StartRouter();
  v1_.Hang(true);
  Call(*stub_, Text("fine", "", "v1"), absl::Milliseconds(50));
  // The caller may know earlier than the router.
  const std::vector<nlohmann::json> lines = Lines(1);
  v1_.Hang(false);
  ASSERT_EQ(lines.size(), 1u);
  // gRPC may tell of the caller's going before the router's own clock says that it is late.
  const bool timed_out = lines[0]["code"] == "DEADLINE_EXCEEDED";
  EXPECT_THAT(lines[0]["flags"], ElementsAre("pinned", timed_out ? "timeout" : "cancelled"));
}

TEST_F(RouterAccessLogTest, AReloadGoesOnInANewFile) {
  StartRouter();
  ASSERT_TRUE(Predict(Text("fine")).status.ok());
  ASSERT_EQ(Lines(1).size(), 1u);
  std::filesystem::rename(path(), path() + ".1");
  router_->Reload();
  ASSERT_TRUE(WaitFor([this] { return std::filesystem::exists(path()); }));
  ASSERT_TRUE(Predict(Text("fine")).status.ok());
  EXPECT_EQ(Lines(1).size(), 1u);
}

TEST_F(RouterAccessLogTest, APathThatCannotBeOpenedKeepsTheRouterFromStarting) {
  v1::config::RouterConfig config;
  ASSERT_EQ(ParseConfig(ConfigText(), "test.yaml", config).ToString(), "OK");
  config.mutable_access_log()->set_path("/nonexistent/access.jsonl");
  EXPECT_THAT(Router::Start(config).status().ToString(),
              HasSubstr("access_log.path: expected a file that can be appended to"));
}

TEST_F(RouterTest, WithoutAnAccessLogThereIsNoMetricOfIt) {
  StartRouter();
  router_->Reload();
  EXPECT_THAT(testing::HttpGet(router_->admin_port(), "/metrics"),
              Not(HasSubstr("serin_access_log")));
}

}  // namespace
}  // namespace serin::router
