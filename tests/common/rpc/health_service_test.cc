#include "common/rpc/health_service.h"

#include <grpcpp/grpcpp.h>

#include "common/rpc/grpc_server.h"
#include "gtest/gtest.h"

namespace serin {
namespace {

using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

// One client's Watch call.
class Watch {
 public:
  Watch(Health::Stub& stub, const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    reader_ = stub.Watch(&context_, request);
  }

  // The next status it is told; UNKNOWN when the call has ended.
  HealthCheckResponse::ServingStatus Next() {
    HealthCheckResponse response;
    return reader_->Read(&response) ? response.status() : HealthCheckResponse::UNKNOWN;
  }

  grpc::StatusCode End() { return reader_->Finish().error_code(); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
};

class HealthServiceTest : public ::testing::Test {
 protected:
  HealthServiceTest() {
    auto server = GrpcServer::Start({.listen = "127.0.0.1:0"});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = Health::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }

  grpc::Status Check(const std::string& service, HealthCheckResponse& response) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(service);
    return stub_->Check(&context, request, &response);
  }

  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<Health::Stub> stub_;
};

TEST_F(HealthServiceTest, CheckAnswersForKnownNamesOnly) {
  HealthCheckResponse response;
  ASSERT_TRUE(Check("", response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  server_->SetServing("sentiment", true);
  ASSERT_TRUE(Check("sentiment", response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("spam", response).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(HealthServiceTest, AWatcherIsToldOfEveryChangeOfItsNameAndOfNoOther) {
  Watch watch(*stub_, "sentiment");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVICE_UNKNOWN);
  server_->SetServing("spam", true);
  server_->SetServing("sentiment", true);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  server_->SetServing("sentiment", true);
  server_->SetServing("sentiment", false);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  server_->SetServing("sentiment", true);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
}

TEST_F(HealthServiceTest, AShutdownTellsTheWatchersAndDoesNotWaitForThem) {
  server_->SetServing(true);
  Watch server(*stub_, "");
  Watch unknown(*stub_, "spam");
  ASSERT_EQ(server.Next(), HealthCheckResponse::SERVING);
  ASSERT_EQ(unknown.Next(), HealthCheckResponse::SERVICE_UNKNOWN);
  server_->Shutdown(absl::InfiniteDuration());  // would last for ever if a watch held it up
  EXPECT_EQ(server.Next(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(server.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(server.End(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(unknown.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(unknown.End(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(HealthServiceTest, AWatcherThatLeavesIsForgotten) {
  for (int i = 0; i < 20; ++i) {
    Watch watch(*stub_, "");
    ASSERT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
    watch.Cancel();
    EXPECT_EQ(watch.End(), grpc::StatusCode::CANCELLED);
  }
  server_->SetServing(true);
  server_->Shutdown(absl::InfiniteDuration());
}

}  // namespace
}  // namespace serin
