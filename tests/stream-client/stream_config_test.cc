#include "stream-client/stream_config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::stream {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

TEST(StreamConfigTest, TheDefaultsAreTheDocumentedOnes) {
  const auto config = LoadStreamConfig("", {});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(ToConnection(*config).bootstrap_servers, "127.0.0.1:9092");
  EXPECT_THAT(ToSourceOptions(*config).topics.parts(), ElementsAre("test"));
  EXPECT_EQ(ToSourceOptions(*config).start.kind, StartPosition::Kind::kEarliest);
  EXPECT_FALSE(IsExactlyOnce(*config));
  EXPECT_EQ(ToTransactionLimits(*config).max_records, 1000u);
  EXPECT_EQ(ToTransactionLimits(*config).max_wait, absl::Milliseconds(100));
  EXPECT_EQ(ToPipelineOptions(*config).order, Order::kPartition);
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
                                            .topic = "other,^more",
                                            .group = "readers",
                                            .start = "s@5",
                                            .trigger = "available-now",
                                            .delivery = "exactly-once",
                                            .properties = {{"security.protocol", "ssl"}}});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(ToConnection(*config).bootstrap_servers, "kafka:1");
  EXPECT_EQ(ToConnection(*config).properties.at("security.protocol"), "ssl");
  EXPECT_THAT(ToSourceOptions(*config).topics.parts(), ElementsAre("other", "^more"));
  EXPECT_EQ(ToSourceOptions(*config).group_id, "readers");
  EXPECT_EQ(ToSourceOptions(*config).start.timestamp, absl::FromUnixMillis(5));
  EXPECT_TRUE(IsExactlyOnce(*config));
  EXPECT_EQ(config->trigger().mode(), "available-now");
}

TEST(StreamConfigTest, WritingToTheTopicThatIsReadIsRefused) {
  EXPECT_THAT(LoadStreamConfig(
                  "", {.brokers = "", .topic = "predictions", .trigger = "", .properties = {}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("sink.results_topic"), HasSubstr("got predictions"))));
}

TEST(StreamConfigTest, ATriggerWithAProcessingTimeGathersRecordsForSoLong) {
  const auto config = LoadStreamConfig("", {.trigger = "processing-time=5s", .properties = {}});
  ASSERT_THAT(config, IsOk());
  EXPECT_FALSE(IsBounded(*config));
  EXPECT_EQ(ToPipelineOptions(*config).batch.linger, absl::Seconds(5));
}

TEST(StreamConfigTest, TransactionsHaveMoreRoomForWhatIsNotWritten) {
  const testing::TempDir folder;
  const auto unfinished = [&](const std::string& text, const std::string& delivery) {
    folder.Write("stream.yaml", text);
    const auto config = LoadStreamConfig((folder.path() / "stream.yaml").string(),
                                         {.delivery = delivery, .properties = {}});
    EXPECT_THAT(config, IsOk());
    return config.ok() ? ToPipelineOptions(*config).max_unfinished_records : 0;
  };
  EXPECT_EQ(unfinished("batch: {max_unfinished_records: 0}", "at-least-once"), 20'000u);
  EXPECT_EQ(unfinished("batch: {max_unfinished_records: 0}", "exactly-once"), 60'000u);
  EXPECT_EQ(unfinished("batch: {max_unfinished_records: 500}", "exactly-once"), 500u);
}

TEST(StreamConfigTest, ABadTriggerStartOrTopicIsNamedWithWhatWasExpected) {
  for (const char* trigger : {"sometimes", "processing-time=", "processing-time=2h"}) {
    EXPECT_THAT(LoadStreamConfig("", {.topic = "^(", .start = "first", .trigger = trigger}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("source.topic"), HasSubstr("source.start"),
                               HasSubstr("trigger.mode"), HasSubstr(trigger))));
  }
}

TEST(StreamConfigTest, APropertyThatAnotherKeyDecidesIsNotIgnoredInSilence) {
  EXPECT_THAT(
      LoadStreamConfig("", {.properties = {{"group.id", "mine"}, {"bootstrap.servers", "b:1"}}}),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          AllOf(HasSubstr("kafka.properties.group.id: expected source.group_id (-G) in its place"),
                HasSubstr("kafka.properties.bootstrap.servers"))));
}

TEST(StreamConfigTest, KcatsOutputTakesTheTablesPlaceAndCannotBeExactlyOnce) {
  const auto config = LoadStreamConfig("", {.kcat_output = true, .properties = {}});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(ToJsonlOptions(*config).path, "-");
  EXPECT_EQ(config->sink().jsonl().envelope(), "kcat");
  EXPECT_FALSE(config->sink().console().enabled());
  EXPECT_THAT(
      LoadStreamConfig("", {.delivery = "exactly-once", .kcat_output = true, .properties = {}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("sink.jsonl.path")));
}

TEST(StreamConfigTest, FilesOfTlsThatDoNotGoTogetherAreNamed) {
  const testing::TempDir folder;
  folder.Write("stream.yaml", "router: {tls: {certificate: c.pem}}\n");
  EXPECT_THAT(
      LoadStreamConfig((folder.path() / "stream.yaml").string(), {}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("router.tls: expected both certificate and private_key"),
                     HasSubstr("router.tls.ca: expected a file, as other keys of tls are set"))));
}

TEST(StreamConfigTest, AMissingFileIsNamed) {
  EXPECT_THAT(LoadStreamConfig("/no/such/file.yaml", {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/no/such/file.yaml")));
}

}  // namespace
}  // namespace serin::stream
