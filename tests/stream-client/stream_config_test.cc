#include "stream-client/stream_config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

TEST(StreamConfigTest, TheDefaultsAreTheDocumentedOnes) {
  const auto config = LoadStreamConfig("", {});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(ToConnection(*config).bootstrap_servers, "127.0.0.1:9092");
  EXPECT_EQ(ToSourceOptions(*config).topic, "test");
  EXPECT_EQ(ToSourceOptions(*config).start, "earliest");
  EXPECT_EQ(ToSinkTopics(*config).results, "predictions");
  EXPECT_EQ(ToSinkTopics(*config).dead_letters, "dead-letters");
  EXPECT_EQ(ToScorerOptions(*config).address, "127.0.0.1:50050");
  EXPECT_EQ(ToScorerOptions(*config).attempts.retry.max_attempts, 8);
  EXPECT_EQ(ToPipelineOptions(*config).batch.max_records, 512u);
  EXPECT_EQ(ToPipelineOptions(*config).batch.linger, absl::Milliseconds(20));
  EXPECT_EQ(config->trigger().mode(), "continuous");
  EXPECT_EQ(config->admin_listen(), "127.0.0.1:9921");
}

TEST(StreamConfigTest, TheCommandLineWinsOverTheFile) {
  const auto config = LoadStreamConfig("", {.brokers = "kafka:1",
                                            .topic = "other",
                                            .trigger = "available-now",
                                            .properties = {{"security.protocol", "ssl"}}});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(ToConnection(*config).bootstrap_servers, "kafka:1");
  EXPECT_EQ(ToConnection(*config).properties.at("security.protocol"), "ssl");
  EXPECT_EQ(ToSourceOptions(*config).topic, "other");
  EXPECT_EQ(config->trigger().mode(), "available-now");
}

TEST(StreamConfigTest, WritingToTheTopicThatIsReadIsRefused) {
  EXPECT_THAT(LoadStreamConfig(
                  "", {.brokers = "", .topic = "predictions", .trigger = "", .properties = {}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("sink.results_topic"), HasSubstr("got predictions"))));
}

TEST(StreamConfigTest, AMissingFileIsNamed) {
  EXPECT_THAT(LoadStreamConfig("/no/such/file.yaml", {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/no/such/file.yaml")));
}

}  // namespace
}  // namespace serin::stream
