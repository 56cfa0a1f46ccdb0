// Deadlines, cancellation, admission and drain, with a model that answers when the test lets it.
#include <grpcpp/grpcpp.h>

#include <future>
#include <memory>

#include "absl/time/clock.h"
#include "common/rpc/grpc_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model-server/grpc/predictor_service.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/support/fake_model.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeModel;
using ::testing::HasSubstr;

constexpr size_t kChunk = 16;
constexpr int kWorkers = 2;

class OverloadTest : public ::testing::Test {
 protected:
  OverloadTest() {
    model_->HoldUntil(&gate_);
    auto server = GrpcServer::Start({.listen = "127.0.0.1:0", .services = {&service_}});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = v1::Predictor::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }
  ~OverloadTest() override {
    if (!gate_.HasBeenNotified()) gate_.Notify();
  }

  static v1::PredictBatchRequest Batch(int items) {
    v1::PredictBatchRequest batch;
    for (int i = 0; i < items; ++i) batch.add_items()->set_text("good");
    return batch;
  }

  // Waits until the workers are inside the model.
  void AwaitModel() const {
    while (model_->calls() == 0) std::this_thread::yield();
  }

  uint64_t Refused(absl::StatusCode code) const {
    return stats_->Read().refused[static_cast<size_t>(code)];
  }

  // Lets the model answer and waits until the server has nothing in flight.
  void Finish() {
    gate_.Notify();
    while (admission_.items_in_flight() > 0) std::this_thread::yield();
  }

  absl::Notification gate_;
  RealClock clock_;
  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  std::shared_ptr<PredictionStats> stats_ = std::make_shared<PredictionStats>();
  PredictionStats unknown_;
  Snapshot<ModelCatalog> catalog_{
      std::make_shared<const ModelCatalog>(std::vector<ModelCatalog::Entry>{
          std::make_shared<const ServedModel>(ServedModel{.name = "sentiment",
                                                          .version = "v1",
                                                          .max_text_bytes = 100,
                                                          .model = model_,
                                                          .stats = stats_})})};
  PredictionEngine engine_{catalog_, unknown_, clock_, {}};
  ChunkScheduler scheduler_{kWorkers, kChunk};
  AdmissionControl admission_{1000};
  ServingContext serving_{engine_, scheduler_, scheduler_, admission_, 100000};
  StreamRegistry streams_;
  PredictorService service_{serving_, streams_};
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::Predictor::Stub> stub_;
};

TEST_F(OverloadTest, WhatIsLeftOfABatchIsNotScoredOnceItsDeadlineHasPassed) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(200)));
  v1::PredictBatchResponse response;
  EXPECT_EQ(stub_->PredictBatch(&context, Batch(900), &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  // The server's deadline is a little later; what it hears on the same connection comes after the
  // client's end of the call.
  grpc::ClientContext after;
  EXPECT_TRUE(stub_->PredictBatch(&after, Batch(0), &response).ok());
  Finish();
  EXPECT_LE(model_->calls(), static_cast<int>(kWorkers * kChunk));
  // What was not scored is counted as that; which of the two depends on who noticed first.
  EXPECT_EQ(Refused(absl::StatusCode::kDeadlineExceeded) + Refused(absl::StatusCode::kCancelled),
            900u - static_cast<uint64_t>(model_->calls()));
}

TEST_F(OverloadTest, WhatIsLeftOfABatchIsNotScoredOnceItsCallerHasGone) {
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  // So many that they take longer than the news of the cancellation.
  constexpr int kItems = 100'000;
  auto call = std::async([&] { return stub_->PredictBatch(&context, Batch(kItems), &response); });
  AwaitModel();
  context.TryCancel();
  EXPECT_EQ(call.get().error_code(), grpc::StatusCode::CANCELLED);
  // The server hears of it a moment later; a new call on the same connection comes after that.
  grpc::ClientContext after;
  EXPECT_EQ(stub_->PredictBatch(&after, Batch(0), &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  Finish();
  EXPECT_LT(model_->calls(), kItems);
}

TEST_F(OverloadTest, CallsOverTheBoundAreRefusedWithAHintAndLaterOnesServed) {
  grpc::ClientContext context;
  v1::PredictBatchResponse batch_response;
  auto batch =
      std::async([&] { return stub_->PredictBatch(&context, Batch(1000), &batch_response); });
  AwaitModel();
  grpc::ClientContext refused;
  v1::PredictRequest request;
  request.set_text("good");
  v1::PredictResponse response;
  const grpc::Status status = stub_->Predict(&refused, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("at most 1000 items in flight"));
  EXPECT_EQ(refused.GetServerTrailingMetadata().count("grpc-retry-pushback-ms"), 1u);
  Finish();
  EXPECT_TRUE(batch.get().ok());
  EXPECT_EQ(batch_response.results_size(), 1000);
  EXPECT_EQ(Refused(absl::StatusCode::kResourceExhausted), 1u);
  grpc::ClientContext later;
  EXPECT_TRUE(stub_->Predict(&later, request, &response).ok());
}

TEST_F(OverloadTest, EveryItemOfARefusedBatchIsCounted) {
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  auto batch = std::async([&] { return stub_->PredictBatch(&context, Batch(1000), &response); });
  AwaitModel();
  grpc::ClientContext refused;
  v1::PredictBatchResponse none;
  EXPECT_EQ(stub_->PredictBatch(&refused, Batch(7), &none).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Refused(absl::StatusCode::kResourceExhausted), 7u);
  Finish();
  EXPECT_TRUE(batch.get().ok());
}

// The hint is one that gRPC's own retries heed: they wait for it, or give up.
TEST_F(OverloadTest, AClientThatRetriesComesAgainUnlessItsBatchIsTooLarge) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(
      R"({"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 5, "initialBackoff":
      "0.001s", "maxBackoff": "0.001s", "backoffMultiplier": 1, "retryableStatusCodes":
      ["RESOURCE_EXHAUSTED"]}}]})");
  const auto retrying = v1::Predictor::NewStub(
      grpc::CreateCustomChannel(server_->address(), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  auto batch = std::async([&] { return stub_->PredictBatch(&context, Batch(1000), &response); });
  AwaitModel();
  // Of nothing, as the workers are held and a large message would be read by one.
  v1::PredictBatchRequest too_many;
  for (int i = 0; i < 100'001; ++i) too_many.add_items();
  grpc::ClientContext large;
  v1::PredictBatchResponse none;
  EXPECT_EQ(retrying->PredictBatch(&large, too_many, &none).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Refused(absl::StatusCode::kResourceExhausted), 100'001u) << "it was sent again";
  v1::PredictRequest request;
  request.set_text("good");
  v1::PredictResponse answer;
  grpc::ClientContext retried;
  auto call = std::async([&] { return retrying->Predict(&retried, request, &answer); });
  while (Refused(absl::StatusCode::kResourceExhausted) == 100'001u) std::this_thread::yield();
  Finish();
  EXPECT_TRUE(batch.get().ok());
  EXPECT_TRUE(call.get().ok());
}

TEST_F(OverloadTest, AnUnaryCallInFlightIsFinishedByAShutdown) {
  v1::PredictRequest request;
  request.set_text("good");
  v1::PredictResponse response;
  grpc::ClientContext context;
  auto call = std::async([&] { return stub_->Predict(&context, request, &response); });
  AwaitModel();
  auto stopped = std::async([&] { server_->Shutdown(absl::InfiniteDuration()); });
  gate_.Notify();
  EXPECT_TRUE(call.get().ok());
  EXPECT_EQ(response.sentiment().label(), v1::POSITIVE);
  stopped.get();
}

TEST_F(OverloadTest, AStreamGoesOnAfterARefusedBatch) {
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  ASSERT_TRUE(stream->Write(Batch(1000)));
  AwaitModel();
  v1::PredictBatchRequest small = Batch(1);
  small.set_batch_id(2);
  ASSERT_TRUE(stream->Write(small));
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.batch_id(), 2u);
  EXPECT_EQ(response.error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  Finish();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results_size(), 1000);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(OverloadTest, ADrainedStreamAnswersWhatWasReadAndEndsInOrder) {
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  ASSERT_TRUE(stream->Write(Batch(900)));
  AwaitModel();
  streams_.DrainAll();
  gate_.Notify();
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results_size(), 900);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace serin::model_server
