// TLS handshakes on the admin port.
#include <gmock/gmock.h>

#include "common/rpc/tls.h"
#include "router/router_config.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin::router {
namespace {

using ::serin::testing::MakeCertificates;
using ::serin::testing::TestCertificates;

class AdminTlsTest : public RouterTest {
 protected:
  void Start(const std::string& access) {
    v1::config::RouterConfig config;
    const std::string text = absl::StrCat(
        ConfigText(), "admin_tls: {certificate: \"", one_.certificate, "\", private_key: \"",
        one_.private_key, "\"",
        access.empty() ? "" : absl::StrCat(", client_ca: \"", one_.ca, "\""), "}\n", access);
    ASSERT_EQ(ParseConfig(text, "test.yaml", config).ToString(), "OK");
    ASSERT_EQ(CheckRouterConfig("test.yaml", config).ToString(), "OK");
    auto started = Router::Start(config);
    ASSERT_TRUE(started.ok()) << started.status();
    router_ = *std::move(started);
  }

  // ResetWeights, or GetRoute, with these files.
  grpc::StatusCode Call(const TlsFiles& files, bool change = false) {
    auto credentials = MakeChannelCredentials(files);
    EXPECT_TRUE(credentials.ok()) << credentials.status();
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const std::string address = absl::StrCat("localhost:", router_->admin_grpc_port());
    const auto stub =
        v1::CanaryAdmin::NewStub(grpc::CreateCustomChannel(address, *credentials, arguments));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    if (!change) {
      v1::Route route;
      return stub->GetRoute(&context, v1::GetRouteRequest(), &route).error_code();
    }
    v1::ResetWeightsRequest request;
    request.set_force(true);
    v1::SetWeightsResponse response;
    return stub->ResetWeights(&context, request, &response).error_code();
  }

  testing::TempDir certificates_;
  TestCertificates one_ = MakeCertificates(certificates_.path(), "one");
  TestCertificates other_ = MakeCertificates(certificates_.path(), "other");
};

TEST_F(AdminTlsTest, OnlyAClientThatSpeaksTlsAndTrustsTheRootGetsThrough) {
  Start("");
  EXPECT_EQ(Call({.ca = one_.ca}), grpc::StatusCode::OK);
  EXPECT_EQ(Call({.ca = other_.ca}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call({}), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AdminTlsTest, WithAClientRootOnlyItsCertificatesShakeHandsAndTheListGivesTheRole) {
  Start("admin_access: {clients: [{certificate_name: one, role: viewer}]}\n");
  const TlsFiles known = {
      .certificate = one_.certificate, .private_key = one_.private_key, .ca = one_.ca};
  EXPECT_EQ(Call(known), grpc::StatusCode::OK);
  EXPECT_EQ(Call(known, true), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call({.ca = one_.ca}), grpc::StatusCode::UNAVAILABLE) << "no certificate";
  EXPECT_EQ(
      Call({.certificate = other_.certificate, .private_key = other_.private_key, .ca = one_.ca}),
      grpc::StatusCode::UNAVAILABLE)
      << "a certificate of another root";
}

TEST_F(AdminTlsTest, ACertificateThatIsNotOnTheListIsRefused) {
  Start("admin_access: {clients: [{certificate_name: ann, role: operator}]}\n");
  const grpc::StatusCode refused =
      Call({.certificate = one_.certificate, .private_key = one_.private_key, .ca = one_.ca});
  EXPECT_TRUE(refused == grpc::StatusCode::PERMISSION_DENIED ||
              refused == grpc::StatusCode::UNAUTHENTICATED)
      << refused;
}

}  // namespace
}  // namespace serin::router
