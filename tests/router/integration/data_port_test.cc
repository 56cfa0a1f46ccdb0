#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/rpc/tls.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/common/http2/raw_client.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin::router {
namespace {

using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;
using ::serin::http2::testing::RawClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A router whose config may have further lines.
class DataPortTest : public RouterTest {
 protected:
  std::string ConfigText() const override { return RouterTest::ConfigText() + more_config_; }

  std::shared_ptr<grpc::Channel> Channel() { return Connect(router_->port(), ++connections_); }

  std::string more_config_;
};

TEST_F(DataPortTest, HealthIsAnsweredAndWatched) {
  StartRouter();
  const auto health = Health::NewStub(Channel());
  HealthCheckRequest request;
  request.set_service("serin.v1.Predictor");
  HealthCheckResponse response;
  // The router looks at its endpoints a moment after they are ready.
  EXPECT_TRUE(WaitFor([&] {
    grpc::ClientContext check;
    return health->Check(&check, request, &response).ok() &&
           response.status() == HealthCheckResponse::SERVING;
  }));
  request.set_service("no.such");
  grpc::ClientContext unknown;
  EXPECT_EQ(health->Check(&unknown, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext context;
  const auto watch = health->Watch(&context, HealthCheckRequest());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  v1_.Kill();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
}

TEST_F(DataPortTest, ServicesBehindTheBridgeAnswerEveryCall) {
  StartRouter();
  const auto health = Health::NewStub(Channel());
  HealthCheckResponse response;
  for (int i = 0; i < 1000; ++i) {
    grpc::ClientContext context;
    ASSERT_TRUE(health->Check(&context, HealthCheckRequest(), &response).ok()) << i;
  }
}

TEST_F(DataPortTest, AWatchOfHealthDoesNotHoldUpADrain) {
  StartRouter();
  grpc::ClientContext context;
  const auto watch = Health::NewStub(Channel())->Watch(&context, HealthCheckRequest());
  HealthCheckResponse response;
  do {
    ASSERT_TRUE(watch->Read(&response));
  } while (response.status() != HealthCheckResponse::SERVING);
  const absl::Time before = absl::Now();
  router_->Drain();
  EXPECT_LT(absl::Now() - before, absl::Seconds(4)) << "the drain timeout is 5 s";
  while (watch->Read(&response)) EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Finish().ok());
}

TEST_F(DataPortTest, AMethodThatNobodyServesIsUnimplemented) {
  StartRouter();
  grpc::ClientContext context;
  v1::Route route;
  const auto admin = v1::CanaryAdmin::NewStub(Channel());
  EXPECT_EQ(admin->GetRoute(&context, v1::GetRouteRequest(), &route).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(DataPortTest, CompressedRequestsAreTaken) {
  StartRouter();
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::PredictResponse response;
  const grpc::Status status = stub_->Predict(&context, Text(std::string(50'000, 'x')), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(DataPortTest, BytesThatAreNoRequestFailTheirCall) {
  // So that the exchange ends.
  more_config_ = "connections: {max_age: 100ms, max_age_grace: 5s}\n";
  StartRouter();
  RawClient client;
  const int stream = client.Send(RawClient::CallHeaders("/serin.v1.Predictor/Predict"),
                                 http2::testing::Framed("\xFF\xFF\xFF"));
  const int batch = client.Send(RawClient::CallHeaders("/serin.v1.Predictor/PredictStream"),
                                http2::testing::Framed("\xFF\xFF\xFF"), false);
  const int nothing = client.Send(RawClient::CallHeaders("/serin.v1.Predictor/Predict"), "");
  client.Receive(testing::RawHttpExchange(router_->port(), client.TakeOutput()));
  for (const int one : {stream, batch, nothing}) {
    EXPECT_EQ(client.answer(one).fields.at("grpc-status"), "13");
  }
  EXPECT_THAT(client.answer(stream).fields.at("grpc-message"), HasSubstr("PredictRequest"));
}

TEST_F(DataPortTest, AConnectionOfItsAgeIsEndedWithoutAFailedCall) {
  more_config_ = "connections: {max_age: 200ms, max_age_grace: 5s}\n";
  StartRouter();
  int answered = 0;
  for (const absl::Time end = absl::Now() + absl::Seconds(1); absl::Now() < end; ++answered) {
    const Answer answer = Predict(Text("fine"));
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  }
  EXPECT_GT(answered, 10);
  RawClient client;
  client.Receive(testing::RawHttpExchange(router_->port(), client.TakeOutput()));
  EXPECT_TRUE(client.goaway());
  EXPECT_EQ(client.goaway_error(), 0u);
}

TEST_F(DataPortTest, AnItemsTraceContextReachesTheModelServerAndWinsOverTheCalls) {
  StartRouter();
  grpc::ClientContext context;
  context.AddMetadata("traceparent", "00-of-the-call-01");
  v1::PredictBatchRequest request;
  *request.add_items() = Text("fine", "", "v1");
  *request.add_items() = Text("fine", "", "v1");
  request.mutable_items(1)->set_traceparent("00-of-the-item-01");
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stub_->PredictBatch(&context, request, &response).ok());
  EXPECT_THAT(v1_.traceparents(), ElementsAre("00-of-the-call-01", "00-of-the-item-01"));
}

TEST_F(DataPortTest, WhatAStreamThatEndsInOrderHadNotReadIsSentAgain) {
  StartRouter();
  for (int round = 0; round < 20; ++round) {
    v1_.EndNextStream();
    const Answer answer = Predict(Text("fine", "", "v1"));
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  }
}

class TlsDataPortTest : public DataPortTest {
 protected:
  void Serve(const std::string& client_ca) {
    more_config_ = absl::StrCat("tls: {certificate: \"", one_.certificate, "\", private_key: \"",
                                one_.private_key, "\", client_ca: \"", client_ca, "\"}\n");
    StartRouter();
  }

  grpc::StatusCode CallWith(const TlsFiles& files) {
    const auto credentials = MakeChannelCredentials(files);
    // A global pool would hand one call's connection, with its credentials, to the next.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = v1::Predictor::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("localhost:", router_->port()), *credentials, arguments));
    return Call(*stub, Text("fine")).status.error_code();
  }

  testing::TempDir certificates_;
  testing::TestCertificates one_ = testing::MakeCertificates(certificates_.path(), "one");
  testing::TestCertificates other_ = testing::MakeCertificates(certificates_.path(), "other");
};

TEST_F(TlsDataPortTest, AClientThatTrustsTheRootIsServedAndOthersAreNot) {
  Serve("");
  EXPECT_EQ(CallWith({.ca = one_.ca}), grpc::StatusCode::OK);
  EXPECT_EQ(CallWith({.ca = other_.ca}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallWith({}), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsDataPortTest, WithAClientCaEveryClientNeedsItsCertificate) {
  Serve(other_.ca);
  EXPECT_EQ(
      CallWith(
          {.certificate = other_.certificate, .private_key = other_.private_key, .ca = one_.ca}),
      grpc::StatusCode::OK);
  EXPECT_EQ(CallWith({.ca = one_.ca}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(
      CallWith({.certificate = one_.certificate, .private_key = one_.private_key, .ca = one_.ca}),
      grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsDataPortTest, ARenewedCertificateIsUsedWithoutARestart) {
  Serve("");
  ASSERT_EQ(CallWith({.ca = one_.ca}), grpc::StatusCode::OK);
  const std::string old_ca = certificates_.path() / "old-ca.pem";
  std::filesystem::copy_file(one_.ca, old_ca);
  testing::MakeCertificates(certificates_.path(), "one");
  EXPECT_TRUE(WaitFor([&] { return CallWith({.ca = one_.ca}) == grpc::StatusCode::OK; }));
  EXPECT_EQ(CallWith({.ca = old_ca}), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsDataPortTest, ALargeBatchPassesThroughTls) {
  Serve("");
  grpc::ChannelArguments arguments;
  const auto stub = v1::Predictor::NewStub(
      grpc::CreateCustomChannel(absl::StrCat("localhost:", router_->port()),
                                *MakeChannelCredentials({.ca = one_.ca}), arguments));
  v1::PredictBatchRequest request;
  for (int i = 0; i < 2000; ++i) *request.add_items() = Text(std::string(1000, 'x'));
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stub->PredictBatch(&context, request, &response).ok());
  EXPECT_EQ(response.results_size(), 2000);
}

}  // namespace
}  // namespace serin::router
