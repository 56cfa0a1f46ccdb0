#include "common/rpc/grpc_server.h"

#include <grpcpp/grpcpp.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/support/status_matchers.h"

namespace serin {
namespace {

using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

class EchoPredictor final : public v1::Predictor::Service {
  grpc::Status Predict(grpc::ServerContext*, const v1::PredictRequest* request,
                       v1::PredictResponse* response) override {
    response->set_request_id(request->request_id());
    return grpc::Status::OK;
  }
};

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

TEST(GrpcServerTest, RefusesAnAddressInUse) {
  auto first = GrpcServer::Start({.listen = "127.0.0.1:0"});
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(GrpcServer::Start({.listen = (*first)->address()}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot listen on")));
}

}  // namespace
}  // namespace serin
