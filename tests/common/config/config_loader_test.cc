#include "common/config/config_loader.h"

#include <fstream>

#include "common/config/config_printer.h"
#include "gtest/gtest.h"
#include "serin/v1/config/model_server.pb.h"
#include "serin/v1/config/router.pb.h"
#include "serin/v1/config/stream.pb.h"
#include "tests/support/status_matchers.h"

namespace serin {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::v1::config::ModelServerConfig;
using ::serin::v1::config::RouterConfig;
using ::serin::v1::config::StreamConfig;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSmallest[] = "repository: {path: models}";

TEST(ConfigLoaderTest, FillsEveryDefault) {
  ModelServerConfig config;
  ASSERT_THAT(ParseConfig(kSmallest, "c.yaml", config), IsOk());
  EXPECT_EQ(config.listen(), "127.0.0.1:50051");
  EXPECT_EQ(config.admin_listen(), "127.0.0.1:9911");
  EXPECT_EQ(config.repository().poll_interval(), "2s");
  EXPECT_FALSE(config.repository().control_rpcs());
  EXPECT_EQ(config.limits().max_batch_items(), 100000u);
  EXPECT_EQ(config.log().level(), "info");
  EXPECT_EQ(ConfigDuration(config.drain_timeout()), absl::Seconds(10));
}

TEST(ConfigLoaderTest, TakesValuesOverDefaults) {
  RouterConfig config;
  ASSERT_THAT(ParseConfig(R"(
listen: 0.0.0.0:1
routes:
- stable_version: v1
  versions:
  - {name: v1, weight: 80, endpoints: ["a:1", "b:2"]}
  - {name: v2, weight: 20, endpoints: ["c:3"]}
)",
                          "c.yaml", config),
              IsOk());
  EXPECT_EQ(config.listen(), "0.0.0.0:1");
  ASSERT_EQ(config.routes(0).versions_size(), 2);
  EXPECT_EQ(config.routes(0).versions(0).weight(), 80u);
  EXPECT_EQ(config.routes(0).versions(0).endpoints(1), "b:2");
}

TEST(ConfigLoaderTest, TellsAllFaultsAtOnceWithTheirKeys) {
  ModelServerConfig config;
  EXPECT_THAT(ParseConfig(R"(
listen: nowhere
colour: red
log: {level: loud}
limits: {max_items_in_flight: 0, max_batch_items: many}
drain_timeout: 3 parsecs
)",
                          "c.yaml", config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("c.yaml:listen: expected an address host:port, got "
                                       "\"nowhere\""),
                             HasSubstr("c.yaml:colour: expected a known key, got an unknown one"),
                             HasSubstr("c.yaml:repository: expected a value, got nothing"),
                             HasSubstr("c.yaml:log.level: expected one of trace, debug, info, "
                                       "warning, error, got \"loud\""),
                             HasSubstr("c.yaml:limits.max_items_in_flight: expected a whole number "
                                       "from 1 to 100000000, got \"0\""),
                             HasSubstr("c.yaml:limits.max_batch_items: expected a whole number"),
                             HasSubstr("c.yaml:drain_timeout: expected a duration"))));
}

TEST(ConfigLoaderTest, NamesTheItemOfAList) {
  RouterConfig config;
  EXPECT_THAT(ParseConfig("routes: [{stable_version: v1, versions: [{name: v1, weight: -1, "
                          "endpoints: [a:1, b]}]}]",
                          "c.yaml", config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("c.yaml:routes[0].versions[0].weight: expected a whole "
                                       "number of at least 0, got \"-1\""),
                             HasSubstr("c.yaml:routes[0].versions[0].endpoints[1]: expected an "
                                       "address host:port, got \"b\""))));
}

TEST(ConfigLoaderTest, RefusesWrongShapesAndDuplicates) {
  RouterConfig config;
  EXPECT_THAT(
      ParseConfig("listen: [a]\nlisten: b:1\nroutes: {}\n", "c.yaml", config),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("c.yaml:listen: expected the key once, got it twice"),
                     HasSubstr("c.yaml:routes: expected a list of at least one, got a mapping"))));
  EXPECT_THAT(ParseConfig("- a\n", "c.yaml", config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected a mapping")));
}

TEST(ConfigLoaderTest, TellsTheLineOfASyntaxError) {
  RouterConfig config;
  EXPECT_THAT(ParseConfig("listen: a:1\nroutes: [", "c.yaml", config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("c.yaml:2: expected YAML")));
}

TEST(ConfigLoaderTest, TellsThatAFileIsMissing) {
  RouterConfig config;
  EXPECT_THAT(LoadConfig("/nonexistent/c.yaml", config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("/nonexistent/c.yaml:(file): expected a readable file")));
}

TEST(ConfigPrinterTest, MasksSecretsAndPrintsDefaults) {
  StreamConfig config;
  ASSERT_THAT(ParseConfig("kafka: {properties: {sasl.password: hunter2}}", "c.yaml", config),
              IsOk());
  EXPECT_EQ(config.kafka().properties().at("sasl.password"), "hunter2");
  const std::string printed = PrintConfig(config);
  EXPECT_THAT(printed, AllOf(HasSubstr("sasl.password: \"*****\""), Not(HasSubstr("hunter2")),
                             HasSubstr("topic: test")));
}

TEST(ConfigPrinterTest, PrintsWhatTheLoaderReads) {
  ModelServerConfig config;
  ASSERT_THAT(ParseConfig(kSmallest, "c.yaml", config), IsOk());
  ModelServerConfig again;
  ASSERT_THAT(ParseConfig(PrintConfig(config), "printed", again), IsOk());
  EXPECT_EQ(again.SerializeAsString(), config.SerializeAsString());
}

}  // namespace
}  // namespace serin
