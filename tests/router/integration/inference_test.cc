// The Open Inference Protocol on the data port of a whole router.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "absl/strings/str_split.h"
#include "inference/grpc_service.grpc.pb.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/text_tensor.h"

namespace serin::router {
namespace {

using ::inference::GRPCInferenceService;
using ::serin::testing::TextTensor;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class RouterInferenceTest : public RouterTest {
 protected:
  void SetUp() override {
    StartRouter();
    ASSERT_TRUE(WaitFor([this] { return router_->ready(); }));
    inference_ = GRPCInferenceService::NewStub(Connect(router_->port(), 100));
  }

  grpc::Status Infer(const inference::ModelInferRequest& request,
                     absl::Duration timeout = absl::Seconds(20)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    inferred_.Clear();
    const grpc::Status status = inference_->ModelInfer(&context, request, &inferred_);
    metadata_.clear();
    for (const auto& [name, value] : context.GetServerInitialMetadata()) {
      metadata_[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
    }
    return status;
  }

  std::string Parameter(const std::string& name) const {
    return inferred_.parameters().at(name).string_param();
  }

  bool IsReady(const std::string& model, const std::string& version) {
    grpc::ClientContext context;
    inference::ModelReadyRequest request;
    request.set_name(model);
    request.set_version(version);
    inference::ModelReadyResponse response;
    EXPECT_TRUE(inference_->ModelReady(&context, request, &response).ok());
    return response.ready();
  }

  std::unique_ptr<GRPCInferenceService::Stub> inference_;
  inference::ModelInferResponse inferred_;
  std::map<std::string, std::string> metadata_;
};

TEST_F(RouterInferenceTest, TheTextsOfATensorAreSplitOneByOneAndTheReplySaysWhoAnsweredWhich) {
  auto request = TextTensor(std::vector<std::string>(100, "fine"));
  request.set_id("42");
  const grpc::Status status = Infer(request);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(inferred_.id(), "42");
  EXPECT_EQ(inferred_.model_name(), "sentiment");
  ASSERT_EQ(inferred_.outputs_size(), 3);
  EXPECT_EQ(inferred_.outputs(1).name(), "compound");
  const auto& compound = inferred_.outputs(1).contents().fp64_contents();
  const std::vector<std::string> versions = absl::StrSplit(Parameter("serin-model-version"), ',');
  ASSERT_EQ(versions.size(), 100u);
  int of_v2 = 0;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(compound[i], versions[static_cast<size_t>(i)] == "v2" ? 0.2 : 0.1) << i;
    of_v2 += compound[i] == 0.2 ? 1 : 0;
  }
  EXPECT_EQ(of_v2, 20);
  EXPECT_EQ(inferred_.model_version(), versions[0] == "v1" ? "v1,v2" : "v2,v1");
  EXPECT_EQ(metadata_["serin-model-version"], inferred_.model_version());
  EXPECT_EQ(Parameter("serin-assignment"), "BLOCK");
  EXPECT_EQ(metadata_["serin-assignment"], "BLOCK");
  EXPECT_EQ(inferred_.parameters().at("serin-route-revision").uint64_param(), 1u);
  EXPECT_EQ(metadata_["serin-route-revision"], "1");
}

TEST_F(RouterInferenceTest, ARoutingKeySendsATensorWhereItSendsAPrediction) {
  const std::string expected = Predict(Text("fine", "user-1")).response.model_version();
  auto request = TextTensor({"fine", "good"});
  (*request.mutable_parameters())["routing_key"].set_string_param("user-1");
  ASSERT_TRUE(Infer(request).ok());
  EXPECT_EQ(inferred_.model_version(), expected);
  EXPECT_EQ(Parameter("serin-model-version"), expected);
  EXPECT_EQ(Parameter("serin-assignment"), "KEY");
  (*request.mutable_parameters())["routing_key"].set_int64_param(7);
  const grpc::Status status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("parameters.routing_key: expected a string_param"));
}

TEST_F(RouterInferenceTest, AModelVersionPins) {
  auto request = TextTensor(std::vector<std::string>(10, "fine"));
  request.set_model_version("v2");
  ASSERT_TRUE(Infer(request).ok());
  EXPECT_EQ(inferred_.model_version(), "v2");
  EXPECT_THAT(inferred_.outputs(1).contents().fp64_contents(), Each(0.2));
  EXPECT_EQ(Parameter("serin-assignment"), "PINNED");
}

TEST_F(RouterInferenceTest, ARawTensorIsAnsweredRawWithTheOutputsThatAreAskedFor) {
  auto request = TextTensor({"a", "bc"});
  request.mutable_inputs(0)->clear_contents();
  request.add_raw_input_contents(std::string("\1\0\0\0a\2\0\0\0bc", 11));
  request.set_model_version("v1");
  request.add_outputs()->set_name("compound");
  const grpc::Status status = Infer(request);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(inferred_.outputs_size(), 1);
  EXPECT_EQ(inferred_.outputs(0).name(), "compound");
  ASSERT_EQ(inferred_.raw_output_contents_size(), 1);
  double values[2] = {};
  ASSERT_EQ(inferred_.raw_output_contents(0).size(), sizeof(values));
  std::memcpy(values, inferred_.raw_output_contents(0).data(), sizeof(values));
  EXPECT_THAT(values, ElementsAre(0.1, 0.1));
}

TEST_F(RouterInferenceTest, TheFirstElementThatFailedFailsTheCallByItsPlace) {
  const grpc::Status status = Infer(TextTensor({"fine", "", "good", ""}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("tensor text, element 1: text: expected"));
}

TEST_F(RouterInferenceTest, MalformedTensorsAreRefusedByName) {
  auto request = TextTensor({"fine"});
  request.mutable_inputs(0)->set_shape(0, 2);
  grpc::Status status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "tensor text: expected 2 elements as its shape says, got 1");
  request = TextTensor({"fine"});
  request.mutable_inputs(0)->set_name("words");
  EXPECT_THAT(Infer(request).error_message(), HasSubstr("got 1 named words"));
  request = TextTensor({"fine"});
  request.add_outputs()->set_name("mood");
  status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("tensor mood: expected"));
}

TEST_F(RouterInferenceTest, ATensorOfMoreTextsThanABatchMayHaveIsRefused) {
  const grpc::Status status = Infer(TextTensor(std::vector<std::string>(2001, "fine")));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "tensor text: expected at most 2000 elements, got 2001");
}

TEST_F(RouterInferenceTest, AnUnknownModelOrVersionIsNotFoundAlsoWithoutTexts) {
  for (const size_t texts : {0u, 2u}) {
    auto request = TextTensor(std::vector<std::string>(texts, "fine"));
    EXPECT_TRUE(Infer(request).ok());
    EXPECT_EQ(inferred_.outputs(0).shape(0), static_cast<int64_t>(texts));
    request.set_model_version("v9");
    grpc::Status status = Infer(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_THAT(status.error_message(), HasSubstr("expected one of v1, v2"));
    request.set_model_name("spam");
    status = Infer(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(status.error_message(), "model \"spam\" is unknown: expected one of sentiment");
  }
}

TEST_F(RouterInferenceTest, ACanaryThatFailsIsNotSeenByACallerOfModelInfer) {
  v2_.FailEvery(1, absl::UnavailableError("out of order"));
  ASSERT_TRUE(Infer(TextTensor(std::vector<std::string>(100, "fine"))).ok());
  EXPECT_EQ(inferred_.model_version(), "v1");
  const std::string assignments = Parameter("serin-assignment");
  const std::vector<std::string> each = absl::StrSplit(assignments, ',');
  EXPECT_EQ(std::count(each.begin(), each.end(), "FALLBACK"), 20);
  EXPECT_EQ(std::count(each.begin(), each.end(), "BLOCK"), 80);
}

TEST_F(RouterInferenceTest, ACallersDeadlineHolds) {
  v1_.Hang(true);
  auto request = TextTensor({"fine"});
  request.set_model_version("v1");
  EXPECT_EQ(Infer(request, absl::Milliseconds(100)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  v1_.Hang(false);
  EXPECT_TRUE(Infer(request).ok());
}

TEST_F(RouterInferenceTest, TellsWhatItIsAndWhatItRoutes) {
  inference::ServerLiveResponse live;
  inference::ServerReadyResponse ready;
  inference::ServerMetadataResponse server;
  inference::ModelMetadataResponse model;
  grpc::ClientContext contexts[4];
  ASSERT_TRUE(inference_->ServerLive(&contexts[0], {}, &live).ok());
  ASSERT_TRUE(inference_->ServerReady(&contexts[1], {}, &ready).ok());
  ASSERT_TRUE(inference_->ServerMetadata(&contexts[2], {}, &server).ok());
  ASSERT_TRUE(inference_->ModelMetadata(&contexts[3], {}, &model).ok());
  EXPECT_TRUE(live.live());
  EXPECT_TRUE(ready.ready());
  EXPECT_EQ(server.name(), "serin-router");
  EXPECT_EQ(model.name(), "sentiment") << "the default route";
  EXPECT_THAT(model.versions(), ElementsAre("v1", "v2"));
  EXPECT_EQ(model.inputs(0).name(), "text");
  EXPECT_EQ(model.outputs_size(), 3);
  inference::ModelMetadataRequest request;
  request.set_version("v9");
  grpc::ClientContext context;
  EXPECT_EQ(inference_->ModelMetadata(&context, request, &model).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(RouterInferenceTest, AModelIsReadyWhenTheVersionAskedForHasAReadyEndpoint) {
  EXPECT_TRUE(IsReady("sentiment", ""));
  EXPECT_TRUE(IsReady("", "v2"));
  EXPECT_FALSE(IsReady("sentiment", "v9"));
  EXPECT_FALSE(IsReady("spam", ""));
  v2_.Kill();
  EXPECT_TRUE(WaitFor([this] { return !IsReady("sentiment", "v2"); }));
  EXPECT_TRUE(IsReady("sentiment", ""));
  v1_.Kill();
  EXPECT_TRUE(WaitFor([this] { return !IsReady("sentiment", ""); }));
}

}  // namespace
}  // namespace serin::router
