#include "router/router_config.h"

#include "common/config/config_loader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status Check(const std::string& yaml) {
  v1::config::RouterConfig config;
  const absl::Status parsed = ParseConfig(yaml, "router.yaml", config);
  return parsed.ok() ? CheckRouterConfig("router.yaml", config) : parsed;
}

TEST(RouterConfigTest, APlainConfigIsGood) {
  EXPECT_THAT(Check("routes:\n- stable_version: v1\n  versions:\n"
                    "  - {name: v1, weight: 1, endpoints: [\"127.0.0.1:1\"]}\n"),
              IsOk());
}

TEST(RouterConfigTest, EveryFaultIsToldWithItsKey) {
  EXPECT_THAT(
      Check("routes:\n"
            "- name: a\n  stable_version: v9\n  versions:\n"
            "  - {name: v1, weight: 1, endpoints: [\"127.0.0.1:1\"]}\n"
            "  - {name: v1, weight: 1, endpoints: [\"127.0.0.1:2\"]}\n"
            "- name: a\n  stable_version: v1\n  versions:\n"
            "  - {name: v1, weight: 0, endpoints: [\"127.0.0.1:1\"]}\n"
            "- name: \"x y\"\n  stable_version: v1\n  versions:\n"
            "  - {name: v1, weight: 10001, endpoints: [\"127.0.0.1:1\"]}\n"
            "  - {name: v2, weight: 1, endpoints: [\"127.0.0.1:1\"]}\n"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("router.yaml:routes[0].stable_version: expected one of v1, got v9"),
                     HasSubstr("routes[0].versions[1].name: expected a name that is not used"),
                     HasSubstr("routes[1].name: expected a name that is not used"),
                     HasSubstr("routes[1].versions: expected valid weights"),
                     HasSubstr("routes[2].name: expected 1 to 63 letters"),
                     HasSubstr("weights[\"v2\"] = 1: expected 0 or at least 1/10,000"))));
}

TEST(RouterConfigTest, OneRevisionLogIsChosen) {
  const std::string route =
      "routes:\n- stable_version: v1\n  versions:\n"
      "  - {name: v1, weight: 1, endpoints: [\"127.0.0.1:1\"]}\n";
  EXPECT_THAT(Check(route + "revision_log: {memory: true}\n"), IsOk());
  EXPECT_THAT(Check(route + "revision_log: {memory: true, kafka: {brokers: \"k:9092\"}}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("revision_log.memory: expected false, as "
                                 "revision_log.kafka.brokers is set, got true")));
}

}  // namespace
}  // namespace serin::router
