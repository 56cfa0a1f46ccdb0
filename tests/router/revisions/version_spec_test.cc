#include "router/revisions/version_spec.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(EndpointTargetTest, AnAddressIsOneEndpointAndADnsNameIsToBeResolved) {
  const auto address = EndpointTarget::Parse("models:50051");
  ASSERT_TRUE(address.ok());
  EXPECT_FALSE(address->by_name);
  const auto name = EndpointTarget::Parse("dns:///models.svc:50051");
  ASSERT_TRUE(name.ok());
  EXPECT_TRUE(name->by_name);
  EXPECT_EQ(name->host, "models.svc");
  EXPECT_EQ(name->port, "50051");
  EXPECT_EQ(EndpointTarget::Parse("[::1]:50051")->host, "[::1]");
}

TEST(EndpointTargetTest, AnythingElseIsRefusedWithWhatWasExpected) {
  for (const char* const text :
       {"", "models", ":1", "models:0", "models:65536", "models:http", "dns:///", "dns:///models",
        "http://models:80", "dns://1.1.1.1/a:1"}) {
    EXPECT_THAT(EndpointTarget::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected host:port or dns:///host:port")))
        << text;
  }
}

TEST(VersionSpecTest, EveryFaultIsToldWithItsPlace) {
  EXPECT_THAT(
      FaultsOf("version.", {.endpoints = {"a:1", "b"}}),
      ElementsAre("version.endpoints[1]: expected host:port or dns:///host:port, got \"b\""));
  EXPECT_THAT(FaultsOf("version.", {.endpoints = {"a:1", "a:1", "x"}}),
              ElementsAre(HasSubstr("version.endpoints[1]: expected each once, got a:1 again"),
                          HasSubstr("version.endpoints[2]")));
  EXPECT_THAT(FaultsOf("version.", {}),
              ElementsAre(HasSubstr("version.endpoints: expected at least one")));
  EXPECT_THAT(FaultsOf("version.", {.endpoints = {"a:1", "dns:///b:2"}}), IsEmpty());
}

}  // namespace
}  // namespace serin::router
