// What stands between a client and the models: limits, large messages, TLS, the age of connections.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <string>

#include "common/config/config_loader.h"
#include "common/rpc/tls.h"
#include "gtest/gtest.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/model-server/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::MakeCertificates;
using ::serin::testing::TempDir;
using ::serin::testing::TestCertificates;

class TransportTest : public ::testing::Test {
 protected:
  absl::Status Start(const std::string& more = "") {
    v1::config::ModelServerConfig config;
    if (absl::Status parsed = ParseConfig(VaderConfig() + more, "test", config); !parsed.ok()) {
      return parsed;
    }
    auto server = ModelServer::Start(config);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    return absl::OkStatus();
  }

  std::unique_ptr<v1::Predictor::Stub> Connect(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials =
          grpc::InsecureChannelCredentials()) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::Predictor::NewStub(grpc::CreateCustomChannel(
        "localhost:" + std::to_string(server_->port()), credentials, arguments));
  }

  std::unique_ptr<ModelServer> server_;
};

// Good and bad in turn, each with its place as its id.
v1::PredictBatchRequest LargeBatch(int items) {
  v1::PredictBatchRequest batch;
  batch.set_batch_id(9);
  for (int i = 0; i < items; ++i) {
    batch.add_items()->set_text(i % 2 == 0 ? "a good day" : "a bad day");
    batch.mutable_items(i)->set_request_id(std::to_string(i));
  }
  return batch;
}

void ExpectAnswersInOrder(const v1::PredictBatchResponse& response, int items) {
  EXPECT_EQ(response.batch_id(), 9u);
  ASSERT_EQ(response.results_size(), items);
  for (int i = 0; i < items; ++i) {
    const v1::PredictResponse& result = response.results(i).response();
    ASSERT_EQ(result.request_id(), std::to_string(i));
    ASSERT_EQ(result.sentiment().label(), i % 2 == 0 ? v1::POSITIVE : v1::NEGATIVE) << i;
  }
}

grpc::Status Predict(v1::Predictor::Stub& stub, const std::string& text) {
  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_text(text);
  v1::PredictResponse response;
  return stub.Predict(&context, request, &response);
}

TEST_F(TransportTest, ABatchThatIsReadApartIsAnsweredInOrder) {
  constexpr int kItems = 50'000;  // more than a MiB
  ASSERT_THAT(Start(), IsOk());
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  ASSERT_TRUE(Connect()->PredictBatch(&context, LargeBatch(kItems), &response).ok());
  ExpectAnswersInOrder(response, kItems);
}

TEST_F(TransportTest, SoIsOneOfAStream) {
  constexpr int kItems = 50'000;
  ASSERT_THAT(Start(), IsOk());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto stub = Connect();
  const auto stream = stub->PredictStream(&context);
  ASSERT_TRUE(stream->Write(LargeBatch(kItems)));
  stream->WritesDone();
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ExpectAnswersInOrder(response, kItems);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(TransportTest, AMessageOverTheLimitIsRefused) {
  ASSERT_THAT(Start("limits: {max_message_bytes: 65536}\n"), IsOk());
  const auto stub = Connect();
  EXPECT_TRUE(Predict(*stub, std::string(60'000, 'x')).ok());
  EXPECT_EQ(Predict(*stub, std::string(70'000, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(TransportTest, WithAClientCaOnlyClientsWithACertificateAreServed) {
  const TempDir folder;
  const TestCertificates files = MakeCertificates(folder.path(), "one");
  ASSERT_THAT(Start("tls: {certificate: " + files.certificate +
                    ", private_key: " + files.private_key + ", client_ca: " + files.ca + "}\n"),
              IsOk());
  const auto trusted = MakeChannelCredentials(
      {.certificate = files.certificate, .private_key = files.private_key, .ca = files.ca});
  const auto nameless = MakeChannelCredentials({.ca = files.ca});
  ASSERT_TRUE(trusted.ok() && nameless.ok());
  EXPECT_TRUE(Predict(*Connect(*trusted), "good").ok());
  EXPECT_EQ(Predict(*Connect(*nameless), "good").error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Predict(*Connect(), "good").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TransportTest, AConnectionOfItsAgeIsCutOffAfterTheGraceAndTheNextIsServed) {
  ASSERT_THAT(Start("connections: {max_age: 100ms, max_age_grace: 100ms}\n"), IsOk());
  const auto stub = Connect();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto stream = stub->PredictStream(&context);
  v1::PredictBatchResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Predict(*stub, "good").ok());
}

}  // namespace
}  // namespace serin::model_server
