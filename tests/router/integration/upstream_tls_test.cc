// TLS from the router to model servers.
#include <gmock/gmock.h>

#include "absl/strings/str_replace.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin::router {
namespace {

using ::serin::testing::MakeCertificates;
using ::serin::testing::TestCertificates;

// v2 is a model server that speaks TLS and demands a client certificate. v3 is the same one,
// reached with everything right: what it is when v3 is ready, v2 has had the time to be too.
class UpstreamTlsTest : public RouterTest {
 protected:
  static std::string Tls(const TestCertificates& trusted, const TestCertificates& own,
                         const std::string& name) {
    return absl::StrCat("tls: {ca: \"", trusted.ca, "\", certificate: \"", own.certificate,
                        "\", private_key: \"", own.private_key, "\", server_name: ", name, "}");
  }

  std::string ConfigText() const override {
    const std::string endpoints = absl::StrCat(", endpoints: [\"", secure_.address(), "\"]");
    return absl::StrReplaceAll(
        RouterTest::ConfigText(),
        {{absl::StrCat("endpoints: [\"", v2_.address(), "\"]}\n"),
          absl::StrCat(Tls(trusted_, own_, name_), endpoints, "}\n  - {name: v3, weight: 0, ",
                       Tls(one_, one_, "localhost"), endpoints, "}\n")}});
  }

  bool IsReady(int version) { return GetRoute().versions(version).endpoints(0).ready(); }

  testing::TempDir certificates_;
  TestCertificates one_ = MakeCertificates(certificates_.path(), "one");
  TestCertificates other_ = MakeCertificates(certificates_.path(), "other");
  testing::FakePredictor secure_{
      0.5, {.certificate = one_.certificate, .private_key = one_.private_key, .ca = one_.ca}};
  // What the router has.
  TestCertificates trusted_ = one_;
  TestCertificates own_ = one_;
  std::string name_ = "localhost";
};

TEST_F(UpstreamTlsTest, AModelServerIsReachedByTlsWithAClientCertificate) {
  StartRouter();
  ASSERT_TRUE(WaitFor([this] { return IsReady(1); }));
  EXPECT_EQ(Predict(Text("text", "", "v2")).response.sentiment().compound(), 0.5);
}

TEST_F(UpstreamTlsTest, AServerThatAnotherRootVouchesForGetsNothing) {
  trusted_ = other_;
  StartRouter();
  ASSERT_TRUE(WaitFor([this] { return IsReady(2); }));
  EXPECT_FALSE(IsReady(1));
  EXPECT_EQ(Predict(Text("text", "", "v2")).status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(UpstreamTlsTest, AServerOfAnotherNameGetsNothing) {
  name_ = "models.example.com";
  StartRouter();
  ASSERT_TRUE(WaitFor([this] { return IsReady(2); }));
  EXPECT_FALSE(IsReady(1));
  EXPECT_EQ(Predict(Text("text", "", "v2")).status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(UpstreamTlsTest, ACertificateIsReadAgainWhenItsFileChanges) {
  // A client certificate of the wrong root, then one of the right one in the same files.
  own_ = MakeCertificates(certificates_.path(), "client");
  StartRouter();
  ASSERT_TRUE(WaitFor([this] { return IsReady(2); }));
  EXPECT_FALSE(IsReady(1));
  std::filesystem::copy_file(one_.private_key, own_.private_key,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(one_.certificate, own_.certificate,
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(WaitFor([this] { return IsReady(1); }));
  EXPECT_EQ(Predict(Text("text", "", "v2")).response.sentiment().compound(), 0.5);
}

}  // namespace
}  // namespace serin::router
