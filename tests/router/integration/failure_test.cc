#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/router/integration/load.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

TEST_F(RouterTest, KillingTheCanaryUnderLoadIsInvisibleAndItComesBack) {
  StartRouter();
  std::vector<std::shared_ptr<v1::Predictor::Stub>> stubs;
  for (int i = 0; i < 4; ++i) stubs.push_back(NewStub());
  Load load(stubs, [](v1::Predictor::Stub& stub) { return Call(stub, Text("fine")); });
  ASSERT_TRUE(WaitFor([&] { return load.ok() > 200; }));
  v2_.Kill();
  ASSERT_TRUE(WaitFor([&] { return load.of_kind(v1::SPILL) > 50; }));
  v2_.Restart();
  const uint64_t before = v2_.items();
  ASSERT_TRUE(WaitFor([&] { return v2_.items() > before + 50; }));
  load.Stop();
  EXPECT_EQ(load.failed(), 0);
  EXPECT_EQ(GetRoute().revision(), 1u) << "the weights are not touched";
}

TEST_F(RouterTest, ACanaryThatAnswersUnavailableFallsBackToStable) {
  StartRouter();
  v2_.FailEvery(1, absl::UnavailableError("out of order"));
  int fallbacks = 0;
  for (int i = 0; i < 100; ++i) {
    const Answer answer = Predict(Text("fine"));
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.response.model_version(), "v1");
    fallbacks += answer.response.assignment() == v1::FALLBACK ? 1 : 0;
  }
  EXPECT_EQ(fallbacks, 20);
}

TEST_F(RouterTest, APinnedRequestDoesNotFallBack) {
  StartRouter();
  v2_.FailEvery(1, absl::UnavailableError("out of order"));
  const Answer answer = Predict(Text("fine", "", "v2"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("out of order"));
}

TEST_F(RouterTest, AnAnswerThatIsAnErrorIsTheUsersAndIsNotRetried) {
  StartRouter();
  v2_.FailEvery(1, absl::InternalError("a bug"));
  const uint64_t before = v2_.items();
  EXPECT_EQ(Predict(Text("fine", "", "v2")).status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(v2_.items(), before + 1);
}

TEST_F(RouterTest, ABrokenStreamFailsOnlyItsOwnItemsAndIsRebuilt) {
  StartRouter();
  v1_.KillNextStream();
  // The item was on the stream that broke; its version has no other endpoint and is the stable one.
  const Answer lost = Predict(Text("fine", "", "v1"));
  EXPECT_EQ(lost.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(lost.status.error_message(), HasSubstr("killed by the test"));
  EXPECT_TRUE(Predict(Text("fine", "", "v2")).status.ok());
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(Predict(Text("fine", "", "v1")).status.ok());
}

TEST_F(RouterTest, WithoutAnyEndpointACallFailsAtOnceAndReadinessIsLost) {
  StartRouter();
  v1_.Kill();
  v2_.Kill();
  ASSERT_TRUE(WaitFor([this] { return !router_->ready(); }));
  const Answer answer = Predict(Text("fine"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("no endpoint of version"));
}

TEST_F(RouterTest, WithoutTheStableVersionOnlyItsOwnCallsFail) {
  StartRouter();
  v1_.Kill();
  ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 1; }));
  int by_canary = 0;
  for (int i = 0; i < 100; ++i) {
    const Answer answer = Predict(Text("fine"));
    by_canary += answer.status.ok() ? 1 : 0;
    if (!answer.status.ok()) {
      EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
    }
  }
  EXPECT_EQ(by_canary, 20);
  v1_.Restart();
  EXPECT_TRUE(WaitFor([this] { return Predict(Text("fine", "", "v1")).status.ok(); }));
}

TEST_F(RouterTest, ACanaryThatComesAndGoesIsInvisible) {
  StartRouter();
  std::vector<std::shared_ptr<v1::Predictor::Stub>> stubs;
  for (int i = 0; i < 4; ++i) stubs.push_back(NewStub());
  Load load(stubs, [](v1::Predictor::Stub& stub) { return Call(stub, Text("fine")); });
  for (int round = 0; round < 5; ++round) {
    const uint64_t before = v2_.items();
    ASSERT_TRUE(WaitFor([&] { return v2_.items() > before + 10; }));
    const int spilled = load.of_kind(v1::SPILL);
    v2_.Kill();
    ASSERT_TRUE(WaitFor([&] { return load.of_kind(v1::SPILL) > spilled + 10; }));
    v2_.Restart();
  }
  load.Stop();
  EXPECT_EQ(load.failed(), 0);
}

TEST_F(RouterTest, AnEndpointThatIsNotServingGetsNoTraffic) {
  StartRouter();
  v2_.SetServing(false);
  ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 1; }));
  const uint64_t before = v2_.items();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Predict(Text("fine")).status.ok());
  EXPECT_EQ(v2_.items(), before);
}

TEST_F(RouterTest, ACallersDeadlineHoldsAndTheStreamStaysUsable) {
  StartRouter();
  v1_.Hang(true);
  const Answer late = Call(*stub_, Text("fine", "", "v1"), absl::Milliseconds(100));
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  v1_.Hang(false);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Predict(Text("fine", "", "v1")).status.ok());
  // Nothing of the abandoned call is left.
  ASSERT_TRUE(WaitFor([this] {
    return testing::HttpGet(router_->admin_port(), "/metrics")
               .find("endpoint=\"" + v1_.address() + "\"} 0\n") != std::string::npos;
  }));
}

TEST_F(RouterTest, ACallWithoutDeadlineGetsTheDefaultOne) {
  default_timeout_ = "0.2s";
  StartRouter();
  v1_.Hang(true);
  v1::PredictResponse response;
  grpc::ClientContext context;
  const grpc::Status status = stub_->Predict(&context, Text("fine", "", "v1"), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(RouterTest, AStreamWhoseCallerLeavesIsCleanedUp) {
  StartRouter();
  v1_.Hang(true);
  v2_.Hang(true);
  {
    grpc::ClientContext context;
    const auto stream = stub_->PredictStream(&context);
    v1::PredictBatchRequest request;
    for (int i = 0; i < 100; ++i) *request.add_items() = Text("fine");
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(WaitFor([this] { return v1_.messages() > 0; }));
    context.TryCancel();
    EXPECT_FALSE(stream->Finish().ok());
  }
  v1_.Hang(false);
  v2_.Hang(false);
  EXPECT_TRUE(Predict(Text("fine")).status.ok());
}

TEST_F(RouterTest, DrainFinishesCallsInFlight) {
  StartRouter();
  v1_.SetDelay(absl::Milliseconds(300));
  const uint64_t before = v1_.messages();
  Answer answer;
  std::thread caller([&] { answer = Predict(Text("fine", "", "v1")); });
  ASSERT_TRUE(WaitFor([&] { return v1_.messages() > before; }));
  router_->Drain();
  caller.join();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_FALSE(router_->ready());
  EXPECT_FALSE(Predict(Text("fine")).status.ok());
}

TEST_F(RouterTest, ADrainOfOnePortDoesNotLeaveTheOtherOneTakingRequests) {
  StartRouter();
  v1_.Hang(true);
  const uint64_t before = v1_.messages();
  std::atomic<bool> cut_off{false};
  std::thread caller([&] {
    Predict(Text("fine", "", "v1"));
    cut_off = true;
  });
  ASSERT_TRUE(WaitFor([&] { return v1_.messages() > before; }));
  const int http_port = router_->http_port();
  std::thread drain([&] { router_->Drain(); });
  EXPECT_TRUE(WaitFor([&] { return testing::HttpGet(http_port, "/predict").empty(); }));
  EXPECT_FALSE(cut_off) << "the data port's call was waited for first";
  v1_.Hang(false);
  drain.join();
  caller.join();
}

}  // namespace
}  // namespace serin::router
