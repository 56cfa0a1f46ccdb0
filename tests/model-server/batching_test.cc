// A model with a batcher behind the services: gathering, overload, deadlines, cancellation, drain.
#include <grpcpp/grpcpp.h>

#include <future>
#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/grpc_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "inference/grpc_service.grpc.pb.h"
#include "model-server/grpc/inference_service.h"
#include "model-server/grpc/predictor_service.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/support/costly_call_model.h"

namespace serin::model_server {
namespace {

using ::serin::testing::CostlyCallModel;
using ::testing::HasSubstr;

constexpr size_t kFullBatch = 8;

class BatchingTest : public ::testing::Test {
 protected:
  BatchingTest() {
    auto server = GrpcServer::Start({.listen = "127.0.0.1:0", .services = {&service_, &infer_}});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    const auto channel =
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    stub_ = v1::Predictor::NewStub(channel);
    inference_ = inference::GRPCInferenceService::NewStub(channel);
  }

  static v1::PredictBatchRequest Batch(size_t items) {
    v1::PredictBatchRequest batch;
    for (size_t i = 0; i < items; ++i) batch.add_items()->set_text("good");
    return batch;
  }

  // One Predict call without a deadline unless told.
  grpc::Status Predict(absl::Duration deadline = absl::InfiniteDuration()) {
    grpc::ClientContext context;
    if (deadline != absl::InfiniteDuration()) {
      context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
    }
    v1::PredictRequest request;
    request.set_text("good");
    request.set_request_id("r");
    v1::PredictResponse response;
    const grpc::Status status = stub_->Predict(&context, request, &response);
    if (status.ok()) {
      EXPECT_EQ(response.sentiment().label(), v1::POSITIVE);
      EXPECT_EQ(response.request_id(), "r");
      EXPECT_EQ(response.model_version(), "v1");
      EXPECT_EQ(context.GetServerInitialMetadata().count("serin-model-version"), 1u);
    }
    return status;
  }

  std::vector<std::future<grpc::Status>> PredictAtOnce(size_t calls) {
    std::vector<std::future<grpc::Status>> running;
    for (size_t i = 0; i < calls; ++i) {
      running.push_back(std::async(std::launch::async, [this] { return Predict(); }));
    }
    return running;
  }

  uint64_t Refused(absl::StatusCode code) const {
    return stats_->Read().refused[static_cast<size_t>(code)];
  }

  RealClock clock_;
  std::shared_ptr<CostlyCallModel> model_ = std::make_shared<CostlyCallModel>();
  std::shared_ptr<PredictionStats> stats_ = std::make_shared<PredictionStats>();
  PredictionStats unknown_;
  // Nothing starts by itself before the batch is full.
  Snapshot<ModelCatalog> catalog_{std::make_shared<const ModelCatalog>(
      std::vector<ModelCatalog::Entry>{std::make_shared<const ServedModel>(ServedModel{
          .name = "sentiment",
          .version = "v1",
          .max_text_bytes = 100,
          .model = model_,
          .batcher = std::make_shared<ItemBatcher>(BatchingPolicy{.max_items = kFullBatch,
                                                                  .preferred_items = kFullBatch,
                                                                  .max_delay = absl::Hours(1)},
                                                   model_, clock_),
          .stats = stats_})})};
  PredictionEngine engine_{catalog_, unknown_, clock_, {}};
  ChunkScheduler scheduler_{1, 64};
  AdmissionControl admission_{20};
  ServingContext serving_{engine_, scheduler_, scheduler_, admission_, 1000};
  Readiness readiness_;
  StreamRegistry streams_;
  PredictorService service_{serving_, streams_};
  InferenceService infer_{serving_, readiness_};
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::Predictor::Stub> stub_;
  std::unique_ptr<inference::GRPCInferenceService::Stub> inference_;
};

TEST_F(BatchingTest, ConcurrentCallsShareOneCallOfTheModel) {
  for (auto& call : PredictAtOnce(kFullBatch)) EXPECT_TRUE(call.get().ok());
  EXPECT_THAT(model_->sizes(), ::testing::ElementsAre(kFullBatch));
  EXPECT_EQ(stats_->Read().predicted[static_cast<size_t>(Label::kPositive)], kFullBatch);
}

TEST_F(BatchingTest, ItemsOfABatchAStreamAndATensorAreGatheredTheSame) {
  auto batch = std::async(std::launch::async, [this] {
    grpc::ClientContext context;
    v1::PredictBatchRequest request = Batch(4);
    request.mutable_items(1)->set_text("");  // never reaches the model
    request.mutable_items(2)->set_text("fail");
    v1::PredictBatchResponse response;
    EXPECT_TRUE(stub_->PredictBatch(&context, request, &response).ok());
    return response;
  });
  auto infer = std::async(std::launch::async, [this] {
    grpc::ClientContext context;
    inference::ModelInferRequest request;
    request.set_model_name("sentiment");
    auto* input = request.add_inputs();
    input->set_name("text");
    input->set_datatype("BYTES");
    input->add_shape(3);
    for (int i = 0; i < 3; ++i) input->mutable_contents()->add_bytes_contents("good");
    inference::ModelInferResponse response;
    EXPECT_TRUE(inference_->ModelInfer(&context, request, &response).ok());
    return response;
  });
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  ASSERT_TRUE(stream->Write(Batch(2)));
  v1::PredictBatchResponse streamed;
  ASSERT_TRUE(stream->Read(&streamed));
  EXPECT_EQ(streamed.results_size(), 2);
  const v1::PredictBatchResponse batched = batch.get();
  ASSERT_EQ(batched.results_size(), 4);
  EXPECT_EQ(batched.results(0).response().sentiment().label(), v1::POSITIVE);
  EXPECT_EQ(batched.results(1).error().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(batched.results(2).error().message(), "this text alone");
  EXPECT_EQ(batched.results(3).response().sentiment().label(), v1::POSITIVE);
  EXPECT_EQ(infer.get().outputs(0).contents().bytes_contents_size(), 3);
  EXPECT_THAT(model_->sizes(), ::testing::ElementsAre(kFullBatch));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(BatchingTest, AnItemWhoseDeadlinePassedWhileItWaitedIsNotScoredAndIsCounted) {
  EXPECT_EQ(Predict(absl::Milliseconds(50)).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  for (auto& call : PredictAtOnce(kFullBatch)) EXPECT_TRUE(call.get().ok());
  EXPECT_THAT(model_->sizes(), ::testing::ElementsAre(kFullBatch));
  EXPECT_EQ(Refused(absl::StatusCode::kDeadlineExceeded) + Refused(absl::StatusCode::kCancelled),
            1u);
}

TEST_F(BatchingTest, AnItemWhoseCallerHasGoneIsNotScored) {
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  auto leaving = std::async(std::launch::async,
                            [&] { return stub_->PredictBatch(&context, Batch(2), &response); });
  while (admission_.items_in_flight() < 2) std::this_thread::yield();
  context.TryCancel();
  EXPECT_EQ(leaving.get().error_code(), grpc::StatusCode::CANCELLED);
  // The server hears of it a moment later; a call on the same connection comes after that.
  grpc::ClientContext after;
  EXPECT_TRUE(stub_->PredictBatch(&after, Batch(0), &response).ok());
  for (auto& call : PredictAtOnce(kFullBatch)) EXPECT_TRUE(call.get().ok());
  EXPECT_THAT(model_->sizes(), ::testing::ElementsAre(kFullBatch));
  EXPECT_EQ(Refused(absl::StatusCode::kCancelled), 2u);
}

TEST_F(BatchingTest, WaitingItemsCountForTheBoundOnItemsInFlight) {
  absl::Notification gate;
  model_->HoldUntil(&gate);
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  auto held = std::async(std::launch::async,
                         [&] { return stub_->PredictBatch(&context, Batch(16), &response); });
  while (admission_.items_in_flight() < 16) std::this_thread::yield();
  grpc::ClientContext refused;
  v1::PredictBatchResponse none;
  const grpc::Status status = stub_->PredictBatch(&refused, Batch(5), &none);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("at most 20 items in flight"));
  gate.Notify();
  EXPECT_TRUE(held.get().ok());
  EXPECT_EQ(response.results_size(), 16);
}

TEST_F(BatchingTest, ADrainAnswersWhatWaits) {
  absl::Notification gate;
  model_->HoldUntil(&gate);
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  ASSERT_TRUE(stream->Write(Batch(kFullBatch)));
  while (admission_.items_in_flight() < kFullBatch) std::this_thread::yield();
  streams_.DrainAll();
  auto stopped =
      std::async(std::launch::async, [&] { server_->Shutdown(absl::InfiniteDuration()); });
  gate.Notify();
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results_size(), static_cast<int>(kFullBatch));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  stopped.get();
}

}  // namespace
}  // namespace serin::model_server
