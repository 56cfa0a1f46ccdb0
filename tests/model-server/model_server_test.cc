// The whole model server in this process, on free ports, with the real VADER.
#include "model-server/model_server.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <future>
#include <map>
#include <string>

#include "common/config/config_loader.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/model-server/server_fixture.h"
#include "tests/support/raw_http.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::serin::testing::HttpGet;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ModelServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(ParseConfig(VaderConfig(), "test", config_), IsOk());
    config_.mutable_limits()->set_max_batch_items(5000);
    auto server = ModelServer::Start(config_);
    ASSERT_TRUE(server.ok()) << server.status() << " (run models/prepare?)";
    server_ = *std::move(server);
    stub_ = v1::Predictor::NewStub(ChannelTo(*server_));
  }

  grpc::Status Predict(const v1::PredictRequest& request, v1::PredictResponse& response) {
    grpc::ClientContext context;
    return stub_->Predict(&context, request, &response);
  }

  v1::config::ModelServerConfig config_;
  std::unique_ptr<ModelServer> server_;
  std::unique_ptr<v1::Predictor::Stub> stub_;
};

v1::PredictRequest Text(const std::string& text) {
  v1::PredictRequest request;
  request.set_text(text);
  return request;
}

TEST_F(ModelServerTest, AnswersWithScoresModelAndVersion) {
  v1::PredictRequest request = Text("VADER is smart, handsome, and funny!");
  request.set_request_id("r1");
  v1::PredictResponse response;
  ASSERT_TRUE(Predict(request, response).ok());
  EXPECT_EQ(response.sentiment().neg(), 0.0);
  EXPECT_EQ(response.sentiment().neu(), 0.248);
  EXPECT_EQ(response.sentiment().pos(), 0.752);
  EXPECT_EQ(response.sentiment().compound(), 0.8439);
  EXPECT_EQ(response.sentiment().label(), v1::POSITIVE);
  EXPECT_EQ(response.model(), "sentiment");
  EXPECT_EQ(response.model_version(), "v1");
  EXPECT_EQ(response.request_id(), "r1");
}

TEST_F(ModelServerTest, EachBadItemOfABatchFailsAloneWithItsReason) {
  v1::PredictBatchRequest batch;
  batch.set_batch_id(7);
  *batch.add_items() = Text("good");
  batch.add_items();
  *batch.add_items() = Text(std::string("a\0b", 3));
  *batch.add_items() = Text("\xff\xfe");
  *batch.add_items() = Text(std::string(1 << 20, 'x'));
  *batch.add_items() = Text("fine");
  batch.mutable_items(5)->set_model("spam");
  *batch.add_items() = Text("fine");
  batch.mutable_items(6)->set_model_version("v9");
  *batch.add_items() = Text("great");
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stub_->PredictBatch(&context, batch, &response).ok());
  EXPECT_EQ(response.batch_id(), 7u);
  ASSERT_EQ(response.results_size(), 8);
  EXPECT_EQ(response.results(0).response().sentiment().label(), v1::POSITIVE);
  EXPECT_EQ(response.results(7).response().sentiment().label(), v1::POSITIVE);
  const auto code = [&](int i) { return response.results(i).error().code(); };
  for (int i = 1; i <= 4; ++i) EXPECT_EQ(code(i), grpc::StatusCode::INVALID_ARGUMENT) << i;
  EXPECT_EQ(code(5), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code(6), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(response.results(4).error().message(),
              HasSubstr("expected at most 65536 bytes, got 1048576"));
}

TEST_F(ModelServerTest, ATooLargeBatchIsRefusedAndTheStreamGoesOn) {
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  v1::PredictBatchRequest large;
  large.set_batch_id(1);
  for (int i = 0; i < 5001; ++i) large.add_items();
  v1::PredictBatchRequest small;
  small.set_batch_id(2);
  *small.add_items() = Text("good");
  ASSERT_TRUE(stream->Write(large));
  ASSERT_TRUE(stream->Write(small));
  stream->WritesDone();
  // Answers come in any order.
  std::map<uint64_t, v1::PredictBatchResponse> responses;
  for (v1::PredictBatchResponse response; stream->Read(&response);) {
    responses[response.batch_id()] = response;
  }
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(responses.size(), 2u);
  EXPECT_EQ(responses[1].error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(responses[1].error().message(), "items: expected at most 5000, got 5001");
  EXPECT_EQ(responses[2].results_size(), 1);
}

TEST_F(ModelServerTest, AStreamAnswersEveryBatchOnceWhateverTheirSizes) {
  constexpr int kBatches = 300;  // more than may be in flight
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  auto written = std::async([&] {
    for (int b = 0; b < kBatches; ++b) {
      v1::PredictBatchRequest batch;
      batch.set_batch_id(static_cast<uint64_t>(b));
      const int items = b % 7 == 0 ? 500 : b % 5;
      for (int i = 0; i < items; ++i) {
        *batch.add_items() = Text("good");
        batch.mutable_items(i)->set_request_id(std::to_string(b) + "/" + std::to_string(i));
      }
      if (!stream->Write(batch)) return false;
    }
    return stream->WritesDone();
  });
  std::vector<int> answers(kBatches);
  v1::PredictBatchResponse response;
  while (stream->Read(&response)) {
    const auto b = static_cast<int>(response.batch_id());
    ++answers[b];
    ASSERT_EQ(response.results_size(), b % 7 == 0 ? 500 : b % 5);
    for (int i = 0; i < response.results_size(); ++i) {
      ASSERT_EQ(response.results(i).response().request_id(),
                std::to_string(b) + "/" + std::to_string(i));
    }
  }
  EXPECT_TRUE(written.get());
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(answers, ::testing::Each(1));
}

TEST_F(ModelServerTest, AMessageThatIsNoBatchIsRefusedAndNamed) {
  grpc::Slice nonsense("\xff\xff\xff");
  grpc::GenericStub raw(ChannelTo(*server_));
  grpc::CompletionQueue queue;
  for (const char* method :
       {"/serin.v1.Predictor/PredictBatch", "/serin.v1.Predictor/PredictStream"}) {
    grpc::ClientContext context;
    const grpc::ByteBuffer request(&nonsense, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    const auto call = raw.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << method;
    EXPECT_THAT(status.error_message(), HasSubstr("expected a serin.v1.PredictBatchRequest"));
  }
}

TEST_F(ModelServerTest, SurvivesAClientThatLeavesInMidStream) {
  for (int round = 0; round < 20; ++round) {
    grpc::ClientContext context;
    auto stream = stub_->PredictStream(&context);
    v1::PredictBatchRequest batch;
    for (int i = 0; i < 3000; ++i) *batch.add_items() = Text("not so good, is it?");
    ASSERT_TRUE(stream->Write(batch));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  v1::PredictResponse response;
  EXPECT_TRUE(Predict(Text("good"), response).ok());
}

TEST_F(ModelServerTest, TheRequestLogHasTheTraceOfTheItemElseOfTheCall) {
  const TempDir folder;
  const std::string path = folder.path() / "requests.jsonl";
  config_.mutable_request_log()->set_path(path);
  config_.mutable_request_log()->set_sample(1);
  config_.mutable_request_log()->set_text("off");
  auto logged = ModelServer::Start(config_);
  ASSERT_THAT(logged, IsOk());
  const auto stub = v1::Predictor::NewStub(ChannelTo(**logged));
  const std::string of_call(32, 'a');
  const std::string of_item(32, 'b');
  v1::PredictBatchRequest batch;
  *batch.add_items() = Text("good");
  *batch.add_items() = Text("good");
  batch.mutable_items(1)->set_traceparent("00-" + of_item + "-b7ad6b7169203331-01");
  const auto call_with_trace = [&](grpc::ClientContext& context) {
    context.AddMetadata("traceparent", "00-" + of_call + "-b7ad6b7169203331-01");
  };
  grpc::ClientContext batch_context;
  call_with_trace(batch_context);
  v1::PredictBatchResponse batch_response;
  ASSERT_TRUE(stub->PredictBatch(&batch_context, batch, &batch_response).ok());
  grpc::ClientContext unary_context;
  call_with_trace(unary_context);
  v1::PredictResponse response;
  ASSERT_TRUE(stub->Predict(&unary_context, batch.items(1), &response).ok());
  grpc::ClientContext stream_context;
  call_with_trace(stream_context);
  const auto stream = stub->PredictStream(&stream_context);
  ASSERT_TRUE(stream->Write(batch));
  ASSERT_TRUE(stream->Read(&batch_response));
  stream->WritesDone();
  ASSERT_TRUE(stream->Finish().ok());
  logged->reset();  // writes what is buffered
  std::vector<std::string> traces;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    traces.push_back(nlohmann::json::parse(line)["trace_id"]);
  }
  EXPECT_THAT(traces, ::testing::ElementsAre(of_call, of_item, of_item, of_call, of_item));
}

TEST_F(ModelServerTest, CountsPredictionsByVersionLabelAndCode) {
  v1::PredictResponse response;
  ASSERT_TRUE(Predict(Text("good"), response).ok());
  ASSERT_EQ(Predict(Text(""), response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const std::string metrics = HttpGet(server_->admin_port(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("serin_model_predictions_total{model=\"sentiment\",version=\"v1\","
                                 "label=\"positive\",code=\"OK\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_model_predictions_total{model=\"sentiment\",version=\"v1\","
                                 "label=\"\",code=\"INVALID_ARGUMENT\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_model_inference_duration_seconds_count{model=\"sentiment\","
                                 "version=\"v1\"} 1"));
}

TEST_F(ModelServerTest, DrainEndsAnIdleStreamInOrderAndLeavesTheServerNotReady) {
  grpc::ClientContext context;
  auto stream = stub_->PredictStream(&context);
  v1::PredictBatchResponse response;
  // An answer shows that the server has the call; one it has not seen may be refused.
  ASSERT_TRUE(stream->Write(v1::PredictBatchRequest()));
  ASSERT_TRUE(stream->Read(&response));
  // Does not wait for the grace: the stream is ended, not cut off.
  server_->Drain(absl::ZeroDuration(), absl::InfiniteDuration());
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(HttpGet(server_->admin_port(), "/readyz"), StartsWith("HTTP/1.1 503"));
}

TEST_F(ModelServerTest, RefusesToStartOnAPortInUseOrWithoutItsModel) {
  config_.set_listen("127.0.0.1:" + std::to_string(server_->port()));
  EXPECT_THAT(ModelServer::Start(config_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot listen on")));
  config_.mutable_repository()->set_path("/nonexistent");
  EXPECT_THAT(ModelServer::Start(config_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/nonexistent")));
}

}  // namespace
}  // namespace serin::model_server
