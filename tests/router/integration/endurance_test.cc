#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

// Many calls at once by the callback API.
class ManyCalls {
 public:
  void Start(v1::Predictor::Stub& stub, const v1::PredictRequest& request) {
    Call& call = *calls_.emplace_back(std::make_unique<Call>());
    call.request = request;
    call.context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(50)));
    ++unfinished_;
    stub.async()->Predict(&call.context, &call.request, &call.response,
                          [this, &call](const grpc::Status& status) {
                            call.status = status;
                            --unfinished_;
                          });
  }

  int unfinished() const { return unfinished_; }

  // Code -> count, once all are finished.
  std::map<grpc::StatusCode, int> Codes() const {
    std::map<grpc::StatusCode, int> codes;
    for (const auto& call : calls_) ++codes[call->status.error_code()];
    return codes;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::PredictRequest request;
    v1::PredictResponse response;
    grpc::Status status;
  };

  std::vector<std::unique_ptr<Call>> calls_;
  std::atomic<int> unfinished_{0};
};

TEST_F(RouterTest, TenThousandConcurrentCallsAreAllAnswered) {
  constexpr int kCalls = 10'000;
  default_timeout_ = "50s";
  StartRouter();
  v1_.Hang(true);
  v2_.Hang(true);
  std::vector<std::unique_ptr<v1::Predictor::Stub>> stubs;
  for (int i = 0; i < 4; ++i) stubs.push_back(NewStub());
  ManyCalls calls;
  for (int i = 0; i < kCalls; ++i) calls.Start(*stubs[static_cast<size_t>(i) % 4], Text("fine"));
  const auto in_flight = [&](const testing::FakePredictor& server, const std::string& count) {
    return testing::HttpGet(router_->admin_port(), "/metrics")
               .find("endpoint=\"" + server.address() + "\"} " + count + "\n") != std::string::npos;
  };
  ASSERT_TRUE(WaitFor([&] { return in_flight(v1_, "8000") && in_flight(v2_, "2000"); }));
  v1_.Hang(false);
  v2_.Hang(false);
  ASSERT_TRUE(WaitFor([&] { return calls.unfinished() == 0; }));
  EXPECT_EQ(calls.Codes(), (std::map<grpc::StatusCode, int>{{grpc::StatusCode::OK, kCalls}}));
}

TEST_F(RouterTest, GarbageOnThePortHarmsNobody) {
  StartRouter();
  std::string noise;
  for (int i = 0; i < 10'000; ++i) noise.push_back(static_cast<char>(i * 7919 % 251));
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::string& bytes :
       {noise, std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), preface + noise,
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + noise}) {
    testing::RawHttpExchange(router_->port(), bytes);
    EXPECT_TRUE(Predict(Text("fine")).status.ok());
  }
}

TEST_F(RouterTest, AMessageOverTheLimitFailsAlone) {
  StartRouter();
  const Answer answer = Predict(Text(std::string(5 << 20, 'x')));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("larger than max"));
  EXPECT_TRUE(Predict(Text("fine")).status.ok());
}

TEST_F(RouterTest, AClientThatNeverReadsIsHeldBackAndHarmsNobody) {
  constexpr int kBatches = 3000;
  constexpr int kItems = 200;
  StartRouter();
  const auto reader = NewStub();
  grpc::ClientContext context;
  const auto stream = reader->PredictStream(&context);
  std::thread writer([&] {
    v1::PredictBatchRequest batch;
    for (int i = 0; i < kItems; ++i) *batch.add_items() = Text("fine");
    for (int i = 0; i < kBatches; ++i) {
      batch.set_batch_id(static_cast<uint64_t>(i));
      stream->Write(batch);
    }
    stream->WritesDone();
  });
  uint64_t before = 0;
  absl::Time changed = absl::Now();
  ASSERT_TRUE(WaitFor([&] {
    const uint64_t now = v1_.items() + v2_.items();
    if (now != before) changed = absl::Now();
    before = now;
    return now > 0 && absl::Now() - changed > absl::Milliseconds(500);
  }));
  EXPECT_LT(before, kBatches * kItems / 2) << "it is held back";
  EXPECT_TRUE(Predict(Text("fine")).status.ok());
  v1::PredictBatchResponse response;
  int answered = 0;
  while (stream->Read(&response)) ++answered;
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answered, kBatches) << "once it reads, it gets everything";
}

TEST_F(RouterTest, LargeBatchesOfAStreamThatAreNotAnsweredHoldTheirCallerBack) {
  constexpr int kBatches = 64;
  StartRouter();
  v1_.Hang(true);
  v2_.Hang(true);
  grpc::ClientContext context;
  const auto stream = stub_->PredictStream(&context);
  std::atomic<int> written{0};
  std::thread writer([&] {
    v1::PredictBatchRequest batch;
    for (int i = 0; i < 35; ++i) *batch.add_items() = Text(std::string(100'000, 'x'));
    for (; written < kBatches && stream->Write(batch); ++written) {
    }
  });
  int before = -1;
  absl::Time changed = absl::Now();
  ASSERT_TRUE(WaitFor([&] {
    if (written != before) changed = absl::Now();
    before = written;
    return absl::Now() - changed > absl::Milliseconds(500);
  }));
  EXPECT_LT(before, 10) << "of 3.5 MB each, where 16 MiB may be in flight";
  v1_.Hang(false);
  v2_.Hang(false);
  writer.join();
  EXPECT_EQ(written, kBatches);
  stream->WritesDone();
  v1::PredictBatchResponse response;
  int answered = 0;
  while (stream->Read(&response)) ++answered;
  EXPECT_EQ(answered, kBatches);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(RouterTest, ASlowCanaryDelaysOnlyItsOwn) {
  StartRouter();
  v2_.Hang(true);
  ManyCalls slow;
  for (int i = 0; i < 10; ++i) slow.Start(*stub_, Text("fine", "", "v2"));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Predict(Text("fine", "", "v1")).status.ok());
  EXPECT_EQ(slow.unfinished(), 10);
  v2_.Hang(false);
  ASSERT_TRUE(WaitFor([&] { return slow.unfinished() == 0; }));
  EXPECT_EQ(slow.Codes(), (std::map<grpc::StatusCode, int>{{grpc::StatusCode::OK, 10}}));
}

TEST_F(RouterTest, ACanaryThatFailsHalfOfItsCallsFastGetsNoMoreThanItsWeight) {
  StartRouter();
  v2_.FailEvery(2, absl::UnavailableError("half broken"));
  const uint64_t before = v2_.items();
  int by_canary = 0;
  for (int i = 0; i < 500; ++i) {
    const Answer answer = Predict(Text("fine"));
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    by_canary += answer.response.model_version() == "v2" ? 1 : 0;
  }
  EXPECT_EQ(v2_.items() - before, 100u);
  EXPECT_EQ(by_canary, 50);
}

}  // namespace
}  // namespace serin::router
