// The Open Inference Protocol of a whole model server in this process.
#include <grpcpp/grpcpp.h>

#include "common/config/config_loader.h"
#include "gtest/gtest.h"
#include "inference/grpc_service.grpc.pb.h"
#include "tests/model-server/server_fixture.h"
#include "tests/support/raw_http.h"
#include "tests/support/status_matchers.h"
#include "tests/support/text_tensor.h"

namespace serin::model_server {
namespace {

using ::inference::GRPCInferenceService;
using ::serin::testing::HttpGet;
using ::serin::testing::IsOk;
using ::serin::testing::TextTensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class InferenceServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(ParseConfig(VaderConfig(), "test", config_), IsOk());
    auto server = ModelServer::Start(config_);
    ASSERT_TRUE(server.ok()) << server.status() << " (run models/prepare?)";
    server_ = *std::move(server);
    stub_ = GRPCInferenceService::NewStub(ChannelTo(*server_));
  }

  grpc::Status Infer(const inference::ModelInferRequest& request) {
    grpc::ClientContext context;
    return stub_->ModelInfer(&context, request, &inferred_);
  }

  v1::config::ModelServerConfig config_;
  std::unique_ptr<ModelServer> server_;
  std::unique_ptr<GRPCInferenceService::Stub> stub_;
  inference::ModelInferResponse inferred_;
};

TEST_F(InferenceServiceTest, InfersATensorOfTextsAndSaysWhoAnswered) {
  auto request = TextTensor({"VADER is smart, handsome, and funny!", "Today sucks"});
  request.set_id("42");
  ASSERT_TRUE(Infer(request).ok());
  EXPECT_EQ(inferred_.model_name(), "sentiment");
  EXPECT_EQ(inferred_.model_version(), "v1");
  EXPECT_EQ(inferred_.id(), "42");
  ASSERT_EQ(inferred_.outputs_size(), 3);
  EXPECT_THAT(inferred_.outputs(0).contents().bytes_contents(),
              ElementsAre("positive", "negative"));
  EXPECT_EQ(inferred_.outputs(1).contents().fp64_contents(0), 0.8439);
}

TEST_F(InferenceServiceTest, ALargeTensorKeepsItsOrder) {
  inference::ModelInferRequest request = TextTensor({});
  auto* input = request.mutable_inputs(0);
  input->set_shape(0, 3000);
  for (int i = 0; i < 3000; ++i) {
    input->mutable_contents()->add_bytes_contents(i % 3 == 0 ? "good" : "bad");
  }
  ASSERT_TRUE(Infer(request).ok());
  const auto& labels = inferred_.outputs(0).contents().bytes_contents();
  ASSERT_EQ(labels.size(), 3000);
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(labels[i], i % 3 == 0 ? "positive" : "negative") << i;
  }
}

TEST_F(InferenceServiceTest, NamesTheFirstBadElement) {
  const grpc::Status status = Infer(TextTensor({"fine", "", std::string("a\0b", 3)}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("tensor text, element 1: text: expected"));
}

TEST_F(InferenceServiceTest, RefusesUnknownModelsAndMalformedTensors) {
  auto request = TextTensor({"fine"});
  request.set_model_name("spam");
  EXPECT_EQ(Infer(request).error_code(), grpc::StatusCode::NOT_FOUND);
  request = TextTensor({"fine"});
  request.mutable_inputs(0)->set_shape(0, 2);
  const grpc::Status status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("tensor text"));
}

TEST_F(InferenceServiceTest, CallsThatAreRefusedAreCounted) {
  auto request = TextTensor({"fine"});
  request.mutable_inputs(0)->set_datatype("FP32");
  EXPECT_EQ(Infer(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = TextTensor({"fine"});
  request.set_model_name("spam");
  EXPECT_EQ(Infer(request).error_code(), grpc::StatusCode::NOT_FOUND);
  const std::string metrics = HttpGet(server_->admin_port(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("serin_model_predictions_total{model=\"sentiment\",version=\"v1\","
                                 "label=\"\",code=\"INVALID_ARGUMENT\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("serin_model_predictions_total{model=\"\",version=\"\","
                                 "label=\"\",code=\"NOT_FOUND\"} 1\n"));
}

// In trailing metadata, of which clients take 8 KiB.
TEST_F(InferenceServiceTest, AnErrorAboutSomethingLongIsStillThatError) {
  auto request = TextTensor({"fine"});
  request.set_model_name(std::string(100'000, 'x'));
  grpc::Status status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), StartsWith("model: expected one of sentiment, got \"xxx"));
  request = TextTensor({"fine"});
  request.mutable_inputs(0)->set_datatype(std::string(100'000, 'x'));
  status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("tensor text: expected datatype BYTES"));
}

TEST_F(InferenceServiceTest, TellsWhatItIsAndWhatItServes) {
  inference::ServerLiveResponse live;
  inference::ServerReadyResponse ready;
  inference::ServerMetadataResponse server;
  inference::ModelMetadataResponse model;
  grpc::ClientContext contexts[4];
  ASSERT_TRUE(stub_->ServerLive(&contexts[0], {}, &live).ok());
  ASSERT_TRUE(stub_->ServerReady(&contexts[1], {}, &ready).ok());
  ASSERT_TRUE(stub_->ServerMetadata(&contexts[2], {}, &server).ok());
  inference::ModelMetadataRequest request;
  request.set_name("sentiment");
  ASSERT_TRUE(stub_->ModelMetadata(&contexts[3], request, &model).ok());
  EXPECT_TRUE(live.live());
  EXPECT_TRUE(ready.ready());
  EXPECT_EQ(server.name(), "serin-model-server");
  EXPECT_THAT(model.versions(), ElementsAre("v1"));
  EXPECT_EQ(model.platform(), "serin_vader");
  EXPECT_EQ(model.inputs(0).name(), "text");
  EXPECT_EQ(model.outputs_size(), 3);
}

TEST_F(InferenceServiceTest, AnUnknownModelIsNotReady) {
  inference::ModelReadyRequest request;
  inference::ModelReadyResponse response;
  grpc::ClientContext known;
  request.set_name("sentiment");
  ASSERT_TRUE(stub_->ModelReady(&known, request, &response).ok());
  EXPECT_TRUE(response.ready());
  grpc::ClientContext unknown;
  request.set_version("v9");
  ASSERT_TRUE(stub_->ModelReady(&unknown, request, &response).ok());
  EXPECT_FALSE(response.ready());
}

TEST_F(InferenceServiceTest, ControlIsRefusedUnlessAllowed) {
  grpc::ClientContext context;
  inference::RepositoryModelLoadRequest request;
  request.set_model_name("sentiment");
  inference::RepositoryModelLoadResponse response;
  const grpc::Status status = stub_->RepositoryModelLoad(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("repository.control_rpcs"));
}

}  // namespace
}  // namespace serin::model_server
