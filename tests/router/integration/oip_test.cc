// A version whose endpoints speak the Open Inference Protocol.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_replace.h"
#include "router/backends/adaptive_bound.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/fake_oip_server.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

// v2 is such a server.
class OipTest : public RouterTest {
 protected:
  std::string ConfigText() const override {
    return absl::StrReplaceAll(
        RouterTest::ConfigText(),
        {{absl::StrCat("endpoints: [\"", v2_.address(), "\"]"),
          absl::StrCat("protocol: oip, oip_model: mood, endpoints: [\"", oip_.address(), "\"]")}});
  }

  v1::PredictBatchResponse Batch(const std::vector<std::string>& texts) {
    v1::PredictBatchRequest request;
    for (const std::string& text : texts) *request.add_items() = Text(text, "", "v2");
    v1::PredictBatchResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->PredictBatch(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  testing::FakeOipServer oip_{"mood"};
};

TEST_F(OipTest, ABatchIsOneCallAndItsAnswersComeBackInOrder) {
  StartRouter();
  const v1::PredictBatchResponse response = Batch({"a", "bb", "ccc"});
  EXPECT_EQ(oip_.calls(), 1);
  ASSERT_EQ(response.results_size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(response.results(i).response().sentiment().compound(), i + 1);
    EXPECT_EQ(response.results(i).response().sentiment().label(), v1::POSITIVE);
    EXPECT_EQ(response.results(i).response().model_version(), "v2");
  }
}

TEST_F(OipTest, ATextThatTheModelRefusesFailsAlone) {
  StartRouter();
  std::vector<std::string> texts(16, "a");
  texts[5] = "poison";
  const v1::PredictBatchResponse response = Batch(texts);
  ASSERT_EQ(response.results_size(), 16);
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(response.results(i).has_error(), i == 5) << i;
  }
  EXPECT_EQ(response.results(5).error().code(),
            static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  EXPECT_EQ(oip_.calls(), 1 + 2 * 4) << "halved four times";
}

TEST_F(OipTest, TheDeadlineHoldsAndCallsAtOnceAreBounded) {
  StartRouter();
  oip_.Hang(true);
  std::vector<std::thread> callers;
  std::atomic<int> expired{0};
  for (int i = 0; i < 40; ++i) {
    callers.emplace_back([&] {
      const Answer answer = Call(*stub_, Text("text", "", "v2"), absl::Milliseconds(300));
      expired += answer.status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? 1 : 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  oip_.Hang(false);
  EXPECT_EQ(expired, 40);
  EXPECT_LE(oip_.most_at_once(), 2 * AdaptiveBound::kMost);
  EXPECT_TRUE(WaitFor([&] { return Predict(Text("text", "", "v2")).status.ok(); }));
}

TEST_F(OipTest, AModelThatIsNotReadyGetsNoTrafficUntilItIs) {
  StartRouter();
  for (const bool of_server : {false, true}) {
    of_server ? oip_.SetServerReady(false) : oip_.SetModelReady(false);
    ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 1; }));
    EXPECT_THAT(Predict(Text("text", "", "v2")).status.error_message(),
                HasSubstr("no endpoint of version v2"));
    EXPECT_TRUE(Predict(Text("text")).status.ok()) << "others spill to the stable version";
    of_server ? oip_.SetServerReady(true) : oip_.SetModelReady(true);
    ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 2; }));
  }
  EXPECT_TRUE(Predict(Text("text", "", "v2")).status.ok());
}

TEST_F(OipTest, AServerThatIsKilledCostsNoAnswerOfThoseWhoNamedNoVersion) {
  StartRouter();
  oip_.Kill();
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(Predict(Text("text")).status.ok());
}

TEST_F(OipTest, SuchAVersionIsAddedAtRuntime) {
  testing::FakeOipServer other("sentiment");
  StartRouter();
  v1::AddVersionRequest request;
  request.set_version("v3");
  request.mutable_definition()->add_endpoints(other.address());
  request.mutable_definition()->set_protocol("oip");
  grpc::ClientContext context;
  v1::SetWeightsResponse response;
  ASSERT_TRUE(admin_->AddVersion(&context, request, &response).ok());
  ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 3; }));
  EXPECT_EQ(Predict(Text("four", "", "v3")).response.sentiment().compound(), 4);
}

}  // namespace
}  // namespace serin::router
