#include "common/rpc/tls.h"

#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "common/rpc/grpc_server.h"
#include "gtest/gtest.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin {
namespace {

using ::serin::testing::MakeCertificates;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::serin::testing::TestCertificates;
using ::testing::HasSubstr;

class EmptyPredictor final : public v1::Predictor::Service {
  grpc::Status Predict(grpc::ServerContext*, const v1::PredictRequest*,
                       v1::PredictResponse*) override {
    return grpc::Status::OK;
  }
};

class TlsTest : public ::testing::Test {
 protected:
  std::unique_ptr<GrpcServer> Serve(const TlsFiles& files) {
    auto server =
        GrpcServer::Start({.listen = "127.0.0.1:0", .services = {&service_}, .tls = files});
    EXPECT_TRUE(server.ok()) << server.status();
    return *std::move(server);
  }

  static grpc::StatusCode Call(const GrpcServer& server, const TlsFiles& files) {
    auto credentials = MakeChannelCredentials(files);
    if (!credentials.ok()) return static_cast<grpc::StatusCode>(credentials.status().code());
    // A global pool would hand one call's connection, with its credentials, to the next.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const std::string address = "localhost:" + std::to_string(server.port());
    auto stub = v1::Predictor::NewStub(grpc::CreateCustomChannel(address, *credentials, arguments));
    grpc::ClientContext context;
    v1::PredictResponse response;
    return stub->Predict(&context, {}, &response).error_code();
  }

  TempDir folder_;
  EmptyPredictor service_;
  TestCertificates one_ = MakeCertificates(folder_.path(), "one");
  TestCertificates other_ = MakeCertificates(folder_.path(), "other");
};

TEST_F(TlsTest, AClientThatTrustsTheRootIsServedAndOthersAreNot) {
  const auto server = Serve({.certificate = one_.certificate, .private_key = one_.private_key});
  EXPECT_EQ(Call(*server, {.ca = one_.ca}), grpc::StatusCode::OK);
  EXPECT_EQ(Call(*server, {.ca = other_.ca}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(*server, {}), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, WithAClientCaEveryClientNeedsItsCertificate) {
  const auto server =
      Serve({.certificate = one_.certificate, .private_key = one_.private_key, .ca = other_.ca});
  EXPECT_EQ(
      Call(*server,
           {.certificate = other_.certificate, .private_key = other_.private_key, .ca = one_.ca}),
      grpc::StatusCode::OK);
  EXPECT_EQ(Call(*server, {.ca = one_.ca}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(*server,
                 {.certificate = one_.certificate, .private_key = one_.private_key, .ca = one_.ca}),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, ARenewedCertificateIsUsedWithoutARestart) {
  const auto server = Serve({.certificate = one_.certificate, .private_key = one_.private_key});
  ASSERT_EQ(Call(*server, {.ca = one_.ca}), grpc::StatusCode::OK);
  const std::string old_ca = folder_.path() / "old-ca.pem";
  std::filesystem::copy_file(one_.ca, old_ca);
  MakeCertificates(folder_.path(), "one");
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Call(*server, {.ca = one_.ca}) != grpc::StatusCode::OK && absl::Now() < deadline) {
  }
  EXPECT_EQ(Call(*server, {.ca = one_.ca}), grpc::StatusCode::OK);
  EXPECT_EQ(Call(*server, {.ca = old_ca}), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, ARenewedCertificateThatIsBrokenLeavesTheFormerOneInUse) {
  const auto server = Serve({.certificate = one_.certificate, .private_key = one_.private_key});
  const std::string former_ca = folder_.path() / "former-ca.pem";
  std::filesystem::copy_file(one_.ca, former_ca);
  const auto serves_for = [&](absl::Duration time) {
    for (const absl::Time end = absl::Now() + time; absl::Now() < end;) {
      if (Call(*server, {.ca = former_ca}) != grpc::StatusCode::OK) return false;
    }
    return true;
  };
  const absl::Duration until_it_was_read = absl::Seconds(2 * kTlsReloadSeconds);
  // Half of a renewal: the certificate is another one's, the key is the former.
  std::filesystem::copy_file(other_.certificate, one_.certificate,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(serves_for(until_it_was_read)) << "with a certificate of another key";
  std::ofstream(one_.certificate) << "no certificate";
  EXPECT_TRUE(serves_for(until_it_was_read)) << "with a file that is no certificate";
  std::filesystem::remove(one_.certificate);
  EXPECT_TRUE(serves_for(until_it_was_read)) << "without the file";
  MakeCertificates(folder_.path(), "one");
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Call(*server, {.ca = one_.ca}) != grpc::StatusCode::OK && absl::Now() < deadline) {
  }
  EXPECT_EQ(Call(*server, {.ca = one_.ca}), grpc::StatusCode::OK) << "the next good one is used";
}

TEST_F(TlsTest, NamesTheFileThatCannotBeUsed) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(MakeServerCredentials({.certificate = "/nonexistent", .private_key = "k"}),
              StatusIs(kInvalid, HasSubstr("with a certificate, got \"/nonexistent\"")));
  EXPECT_THAT(
      MakeServerCredentials({.certificate = one_.certificate, .private_key = other_.private_key}),
      StatusIs(kInvalid, HasSubstr("the private key of the certificate")));
  EXPECT_THAT(MakeServerCredentials({.certificate = one_.certificate}),
              StatusIs(kInvalid, HasSubstr("both a certificate and a private key")));
  EXPECT_THAT(MakeServerCredentials({.ca = one_.ca}),
              StatusIs(kInvalid, HasSubstr("a certificate beside the client CA")));
  EXPECT_THAT(MakeChannelCredentials({.ca = one_.private_key}),
              StatusIs(kInvalid, HasSubstr("root certificates")));
}

}  // namespace
}  // namespace serin
