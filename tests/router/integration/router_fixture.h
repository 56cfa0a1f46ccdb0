#pragma once

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/config/config_loader.h"
#include "router/router.h"
#include "serin/v1/canary_admin.grpc.pb.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/support/fake_predictor.h"

namespace serin::router {

// What a caller of Predict gets.
struct RouterAnswer {
  grpc::Status status;
  v1::PredictResponse response;
  std::multimap<std::string, std::string> metadata;
};

// A whole router in this process on free ports, in front of fake model servers v1 (compound 0.1,
// stable) and v2 (compound 0.2), weights 80/20.
class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    const ::testing::TestInfo& info = *::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              absl::StrCat("serin-", info.test_suite_name(), "-", info.name(), "-", getpid());
    std::filesystem::remove_all(folder_);
  }
  ~RouterTest() override {
    router_.reset();
    std::filesystem::remove_all(folder_);
  }

  virtual std::string ConfigText() const {
    return absl::StrCat(
        "listen: 127.0.0.1:0\nadmin_grpc_listen: 127.0.0.1:0\nhttp_listen: 127.0.0.1:0\n"
        "admin_listen: 127.0.0.1:0\ndrain_timeout: 5s\nroutes:\n- name: sentiment\n"
        "  stable_version: v1\n  versions:\n"
        "  - {name: v1, weight: 80, endpoints: [\"",
        v1_.address(),
        "\"]}\n"
        "  - {name: v2, weight: 20, endpoints: [\"",
        v2_.address(),
        "\"]}\n"
        "revision_log: {path: \"",
        (folder_ / "revisions.log").string(),
        "\"}\n"
        "limits: {max_batch_items: 2000, default_timeout: ",
        default_timeout_, ", max_text_bytes: 100000}\n");
  }

  // Starts (or starts again) and waits until both versions have a ready endpoint.
  void StartRouter() {
    router_.reset();
    v1::config::RouterConfig config;
    ASSERT_EQ(ParseConfig(ConfigText(), "test.yaml", config).ToString(), "OK");
    auto started = Router::Start(config);
    ASSERT_TRUE(started.ok()) << started.status();
    router_ = *std::move(started);
    stub_ = NewStub();
    admin_ = v1::CanaryAdmin::NewStub(Connect(router_->admin_grpc_port(), 0));
    ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() >= 2; }));
  }

  static std::shared_ptr<grpc::Channel> Connect(int port, int number) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("test.number", number);
    return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                     grpc::InsecureChannelCredentials(), arguments);
  }

  // On a connection of its own.
  std::unique_ptr<v1::Predictor::Stub> NewStub() {
    return v1::Predictor::NewStub(Connect(router_->port(), ++connections_));
  }

  template <typename Condition>
  static bool WaitFor(const Condition& condition) {
    const absl::Time limit = absl::Now() + absl::Seconds(20);
    while (!condition()) {
      if (absl::Now() > limit) return false;
      absl::SleepFor(absl::Milliseconds(2));
    }
    return true;
  }

  v1::Route GetRoute() {
    grpc::ClientContext context;
    v1::Route route;
    EXPECT_TRUE(admin_->GetRoute(&context, v1::GetRouteRequest(), &route).ok());
    return route;
  }

  int ReadyEndpoints() {
    int ready = 0;
    const v1::Route route = GetRoute();
    for (const v1::Version& version : route.versions()) {
      for (const v1::Endpoint& endpoint : version.endpoints()) ready += endpoint.ready() ? 1 : 0;
    }
    return ready;
  }

  using Answer = RouterAnswer;

  static v1::PredictRequest Text(const std::string& text, const std::string& key = "",
                                 const std::string& version = "") {
    v1::PredictRequest request;
    request.set_text(text);
    if (!key.empty()) request.set_routing_key(key);
    if (!version.empty()) request.set_model_version(version);
    return request;
  }

  static Answer Call(v1::Predictor::Stub& stub, const v1::PredictRequest& request,
                     absl::Duration timeout = absl::Seconds(20)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    Answer answer;
    answer.status = stub.Predict(&context, request, &answer.response);
    for (const auto& [name, value] : context.GetServerInitialMetadata()) {
      answer.metadata.emplace(std::string(name.begin(), name.end()),
                              std::string(value.begin(), value.end()));
    }
    return answer;
  }
  Answer Predict(const v1::PredictRequest& request) { return Call(*stub_, request); }

  grpc::Status SetWeights(uint32_t first, uint32_t second, v1::SetWeightsResponse* response,
                          uint64_t expected_revision = 0) {
    v1::SetWeightsRequest request;
    (*request.mutable_weights())["v1"] = first;
    (*request.mutable_weights())["v2"] = second;
    request.set_expected_revision(expected_revision);
    request.set_reason("a test");
    grpc::ClientContext context;
    return admin_->SetWeights(&context, request, response);
  }

  testing::FakePredictor v1_{0.1};
  testing::FakePredictor v2_{0.2};
  std::filesystem::path folder_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<v1::Predictor::Stub> stub_;
  std::unique_ptr<v1::CanaryAdmin::Stub> admin_;
  std::string default_timeout_ = "5s";
  int connections_ = 0;
};

}  // namespace serin::router
