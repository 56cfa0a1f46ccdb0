#include "common/rpc/grpc_server.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/support/status_matchers.h"

namespace serin {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

// Answers with the caller's connection as the model.
class EchoPredictor final : public v1::Predictor::Service {
  grpc::Status Predict(grpc::ServerContext* context, const v1::PredictRequest* request,
                       v1::PredictResponse* response) override {
    response->set_request_id(request->request_id());
    response->set_model(context->peer());
    return grpc::Status::OK;
  }

  grpc::Status PredictStream(grpc::ServerContext*,
                             grpc::ServerReaderWriter<v1::PredictBatchResponse,
                                                      v1::PredictBatchRequest>* stream) override {
    v1::PredictBatchRequest request;
    while (stream->Read(&request)) stream->Write(v1::PredictBatchResponse());
    return grpc::Status::OK;
  }
};

// The connection that a call takes now.
std::string ConnectionOf(v1::Predictor::Stub& stub) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  v1::PredictResponse response;
  const grpc::Status status = stub.Predict(&context, v1::PredictRequest(), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.model();
}

TEST(GrpcServerTest, ServesOnTheFreePortItTook) {
  EchoPredictor service;
  auto server = GrpcServer::Start({.listen = "127.0.0.1:0", .services = {&service}});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = v1::Predictor::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_request_id("r");
  v1::PredictResponse response;
  ASSERT_TRUE(stub->Predict(&context, request, &response).ok());
  EXPECT_EQ(response.request_id(), "r");
}

TEST(GrpcServerTest, AnAgedConnectionTakesNoNewCallsAndFinishesItsOwn) {
  EchoPredictor service;
  auto server = GrpcServer::Start({.listen = "127.0.0.1:0",
                                   .services = {&service},
                                   .max_connection_age = absl::Milliseconds(200)});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = v1::Predictor::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto stream = stub->PredictStream(&context);
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stream->Write(v1::PredictBatchRequest()));
  ASSERT_TRUE(stream->Read(&response));
  const std::string first = ConnectionOf(*stub);
  while (ConnectionOf(*stub) == first) {
  }
  ASSERT_TRUE(stream->Write(v1::PredictBatchRequest()));
  ASSERT_TRUE(stream->Read(&response));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(GrpcServerTest, AnAgedConnectionIsCutOffAfterTheGrace) {
  EchoPredictor service;
  auto server = GrpcServer::Start({.listen = "127.0.0.1:0",
                                   .services = {&service},
                                   .max_connection_age = absl::Milliseconds(50),
                                   .max_connection_age_grace = absl::Milliseconds(50)});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = v1::Predictor::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto stream = stub->PredictStream(&context);
  v1::PredictBatchResponse response;
  EXPECT_FALSE(stream->Read(&response));  // would last for ever without the cut
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(GrpcServerTest, AnInvalidStringDoesNotFailTheMessageThatHoldsIt) {
  // The reason why predictor.proto is proto2.
  v1::PredictBatchRequest batch;
  batch.add_items()->set_text("\xff\xfe");
  batch.add_items()->set_text("fine");
  v1::PredictBatchRequest parsed;
  ASSERT_TRUE(parsed.ParseFromString(batch.SerializeAsString()));
  EXPECT_EQ(parsed.items(0).text(), "\xff\xfe");
  EXPECT_EQ(parsed.items(1).text(), "fine");
}

TEST(GrpcServerTest, PlaintextThatOtherHostsReachIsWarnedOf) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  ASSERT_THAT(GrpcServer::Start({.listen = "127.0.0.1:0"}), IsOk());
  EXPECT_EQ(log.str(), "");
  ASSERT_THAT(GrpcServer::Start({.listen = "0.0.0.0:0"}), IsOk());
  EXPECT_THAT(log.str(), HasSubstr("0.0.0.0:0 speaks plaintext"));
  spdlog::set_default_logger(before);
}

TEST(GrpcServerTest, RefusesAnAddressInUse) {
  auto first = GrpcServer::Start({.listen = "127.0.0.1:0"});
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(GrpcServer::Start({.listen = (*first)->address()}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot listen on")));
}

}  // namespace
}  // namespace serin
