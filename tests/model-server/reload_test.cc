// Versions that come, change, break and go under a running server.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/time/clock.h"
#include "common/config/config_loader.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "inference/grpc_service.grpc.pb.h"
#include "model-server/backends/read_content.h"
#include "model-server/repository/file_digest.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/model-server/server_fixture.h"
#include "tests/support/raw_http.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::inference::GRPCInferenceService;
using ::serin::testing::HttpGet;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

using HealthResponse = grpc::health::v1::HealthCheckResponse;

class ReloadTest : public ::testing::Test {
 protected:
  // A lexicon in which one word has one meaning.
  void Publish(const std::string& version, const std::string& good_word,
               const std::string& sha256 = "") {
    const std::string folder = "sentiment/" + version + "/";
    folder_.Write(folder + "lexicon.txt", good_word + "\t3.0\t0.5\t[3, 3]\n");
    const std::string digest =
        sha256.empty()
            ? Sha256(ReadContent((folder_.path() / folder / "lexicon.txt").string())->bytes)
            : sha256;
    folder_.Write(folder + "model.yaml",
                  "backend: vader\nfiles: [{path: lexicon.txt, sha256: " + digest +
                      "}]\nwarm_up: [{text: " + good_word + ", label: positive}]\n");
  }

  absl::Status Start(const std::string& poll_interval = "0s") {
    v1::config::ModelServerConfig config;
    const absl::Status parsed = ParseConfig(
        "listen: 127.0.0.1:0\nadmin_listen: 127.0.0.1:0\nrepository: {path: " +
            folder_.path().string() + ", poll_interval: " + poll_interval + ", control_rpcs: true}",
        "test", config);
    if (!parsed.ok()) return parsed;
    auto server = ModelServer::Start(config);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    predictor_ = v1::Predictor::NewStub(ChannelTo(*server_));
    inference_ = GRPCInferenceService::NewStub(ChannelTo(*server_));
    health_ = grpc::health::v1::Health::NewStub(ChannelTo(*server_));
    return absl::OkStatus();
  }

  grpc::Status Load(const std::string& version = "") {
    grpc::ClientContext context;
    inference::RepositoryModelLoadRequest request;
    request.set_model_name("sentiment");
    if (!version.empty()) (*request.mutable_parameters())["version"].set_string_param(version);
    inference::RepositoryModelLoadResponse response;
    return inference_->RepositoryModelLoad(&context, request, &response);
  }

  grpc::Status Unload() {
    grpc::ClientContext context;
    inference::RepositoryModelUnloadRequest request;
    request.set_model_name("sentiment");
    inference::RepositoryModelUnloadResponse response;
    return inference_->RepositoryModelUnload(&context, request, &response);
  }

  std::string Answer(const std::string& text) {
    grpc::ClientContext context;
    v1::PredictRequest request;
    request.set_text(text);
    v1::PredictResponse response;
    const grpc::Status status = predictor_->Predict(&context, request, &response);
    if (!status.ok()) return status.error_message();
    return response.model_version() + " " + v1::Label_Name(response.sentiment().label());
  }

  HealthResponse::ServingStatus Health(const std::string& service) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    HealthResponse response;
    return health_->Check(&context, request, &response).ok() ? response.status()
                                                             : HealthResponse::SERVICE_UNKNOWN;
  }

  TempDir folder_;
  std::unique_ptr<ModelServer> server_;
  std::unique_ptr<v1::Predictor::Stub> predictor_;
  std::unique_ptr<GRPCInferenceService::Stub> inference_;
  std::unique_ptr<grpc::health::v1::Health::Stub> health_;
};

TEST_F(ReloadTest, ANewVersionTakesOver) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
  Publish("v2", "beta");
  ASSERT_TRUE(Load("v2").ok());
  EXPECT_EQ(Answer("beta"), "v2 POSITIVE");
}

TEST_F(ReloadTest, AWrongDigestIsToldEverywhereAndTheOldFilesServeOn) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  Publish("v1", "beta", std::string(64, '0'));
  const grpc::Status status = Load();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_THAT(status.error_message(),
              AllOf(HasSubstr("lexicon.txt: expected SHA-256 0000"), HasSubstr(", got ")));
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
  EXPECT_EQ(Health("sentiment"), HealthResponse::SERVING);
  EXPECT_EQ(Health("sentiment/v1"), HealthResponse::NOT_SERVING);
  EXPECT_THAT(HttpGet(server_->admin_port(), "/metrics"),
              AllOf(HasSubstr("serin_model_loads_total{code=\"DATA_LOSS\",model=\"sentiment\","
                              "version=\"v1\"} 1"),
                    HasSubstr("serin_model_loaded{model=\"sentiment\",version=\"v1\"} 1")));
  Publish("v1", "beta");
  ASSERT_TRUE(Load().ok());
  EXPECT_EQ(Answer("beta"), "v1 POSITIVE");
  EXPECT_EQ(Health("sentiment/v1"), HealthResponse::SERVING);
}

TEST_F(ReloadTest, AWarmUpThatIsAnsweredOtherwiseKeepsAVersionOut) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  Publish("v2", "beta");
  folder_.Write(
      "sentiment/v2/model.yaml",
      "backend: vader\nfiles: [{path: lexicon.txt, sha256: " +
          Sha256(ReadContent((folder_.path() / "sentiment/v2/lexicon.txt").string())->bytes) +
          "}]\nwarm_up: [{text: beta, label: negative}]\n");
  const grpc::Status status = Load("v2");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "warm_up: expected negative, got positive for \"beta\"");
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
}

TEST_F(ReloadTest, UnloadAndLoadAreReversibleAndSeenByHealth) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  ASSERT_TRUE(Unload().ok());
  EXPECT_EQ(Answer("alpha"), "model: none is loaded");
  EXPECT_EQ(Health("sentiment"), HealthResponse::NOT_SERVING);
  ASSERT_TRUE(Load().ok());
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
  EXPECT_EQ(Health("sentiment"), HealthResponse::SERVING);
}

TEST_F(ReloadTest, AServerWithoutAnyModelIsNotReadyUntilOneIsLoaded) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  const auto server_ready = [this] {
    grpc::ClientContext context;
    inference::ServerReadyResponse response;
    return inference_->ServerReady(&context, {}, &response).ok() && response.ready();
  };
  EXPECT_TRUE(server_ready());
  ASSERT_TRUE(Unload().ok());
  EXPECT_FALSE(server_ready());
  EXPECT_EQ(Health("serin.v1.Predictor"), HealthResponse::NOT_SERVING);
  EXPECT_THAT(HttpGet(server_->admin_port(), "/readyz"),
              AllOf(HasSubstr(" 503 "), HasSubstr("models: none is loaded")));
  ASSERT_TRUE(Load().ok());
  EXPECT_TRUE(server_ready());
  EXPECT_EQ(Health("serin.v1.Predictor"), HealthResponse::SERVING);
}

TEST_F(ReloadTest, ARepositoryThatVanishesLeavesTheModelsServingAndIsTold) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  const std::filesystem::path aside = folder_.path().string() + ".aside";
  std::filesystem::rename(folder_.path(), aside);
  EXPECT_EQ(Load().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
  EXPECT_THAT(HttpGet(server_->admin_port(), "/metrics"), HasSubstr("serin_model_repository_up 0"));
  std::filesystem::rename(aside, folder_.path());
  EXPECT_TRUE(Load().ok());
  EXPECT_THAT(HttpGet(server_->admin_port(), "/metrics"), HasSubstr("serin_model_repository_up 1"));
}

TEST_F(ReloadTest, ParametersThatWouldBePassedOverAreRefused) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  inference::RepositoryModelLoadRequest request;
  request.set_model_name("sentiment");
  (*request.mutable_parameters())["config"].set_string_param("{}");
  inference::RepositoryModelLoadResponse response;
  grpc::ClientContext context;
  const grpc::Status status = inference_->RepositoryModelLoad(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("expected none but version (a string), got "
                                                "\"config\""));
}

TEST_F(ReloadTest, AWatchOfAModelFollowsItThroughUnloadLoadAndDrain) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service("sentiment/v1");
  const auto watch = health_->Watch(&context, request);
  HealthResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthResponse::SERVING);
  ASSERT_TRUE(Unload().ok());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthResponse::NOT_SERVING);
  ASSERT_TRUE(Load().ok());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthResponse::SERVING);
  // Does not wait for the grace: the watch is told and ended.
  server_->Drain(absl::ZeroDuration(), absl::InfiniteDuration());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&response));
}

TEST_F(ReloadTest, TheIndexListsVersionsWithTheirState) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  Publish("v2", "beta", std::string(64, '0'));
  EXPECT_FALSE(Load("v2").ok());
  grpc::ClientContext context;
  inference::RepositoryIndexResponse index;
  ASSERT_TRUE(inference_->RepositoryIndex(&context, {}, &index).ok());
  ASSERT_EQ(index.models_size(), 2);
  EXPECT_EQ(index.models(0).state(), "READY");
  EXPECT_EQ(index.models(1).state(), "UNAVAILABLE");
  EXPECT_THAT(index.models(1).reason(), HasSubstr("expected SHA-256"));
}

TEST_F(ReloadTest, RefusesToStartAndTellsEveryFault) {
  Publish("v1", "alpha", std::string(64, '0'));
  folder_.Write("spam/v1/model.yaml", "backend: magic\ncolour: red\n");
  EXPECT_THAT(Start(), StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("expected SHA-256"),
                                      HasSubstr("model.yaml:backend: expected one of"),
                                      HasSubstr("model.yaml:colour: expected a known key"),
                                      HasSubstr("model.yaml:files: expected a value"))));
}

TEST_F(ReloadTest, ACallerNoticesNothingOfAHundredReloads) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::thread caller([&] {
    while (!stop) {
      (Answer("alpha") == "v1 POSITIVE" ? answered : failed).fetch_add(1);
    }
  });
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Load().ok());
  stop = true;
  caller.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 0);
}

TEST_F(ReloadTest, AHalfCopiedFolderIsNotLoadedUntilTheCopyIsComplete) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  Publish("v2", "beta");
  const std::filesystem::path lexicon = folder_.path() / "sentiment/v2/lexicon.txt";
  std::filesystem::rename(lexicon, lexicon.string() + ".part");
  EXPECT_EQ(Load("v2").error_code(), grpc::StatusCode::NOT_FOUND);
  folder_.Write("sentiment/v2/lexicon.txt", "beta\t3.0\t0.5");
  EXPECT_EQ(Load("v2").error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
  EXPECT_EQ(Health("sentiment/v2"), HealthResponse::NOT_SERVING);
  std::filesystem::rename(lexicon.string() + ".part", lexicon);
  EXPECT_TRUE(Load("v2").ok());
  EXPECT_EQ(Answer("beta"), "v2 POSITIVE");
}

TEST_F(ReloadTest, APolledFolderIsFollowedByItself) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start("10ms"), IsOk());
  Publish("v2", "beta");
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Answer("beta") != "v2 POSITIVE" && absl::Now() < deadline) std::this_thread::yield();
  EXPECT_EQ(Answer("beta"), "v2 POSITIVE");
  std::filesystem::remove_all(folder_.path() / "sentiment/v2");
  while (Answer("alpha") != "v1 POSITIVE" && absl::Now() < deadline) std::this_thread::yield();
  EXPECT_EQ(Answer("alpha"), "v1 POSITIVE");
}

TEST_F(ReloadTest, ReloadFollowsTheFolderWithoutBeingPolled) {
  Publish("v1", "alpha");
  ASSERT_THAT(Start(), IsOk());
  Publish("v2", "beta");
  server_->Reload();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Answer("beta") != "v2 POSITIVE" && absl::Now() < deadline) std::this_thread::yield();
  EXPECT_EQ(Answer("beta"), "v2 POSITIVE");
}

}  // namespace
}  // namespace serin::model_server
