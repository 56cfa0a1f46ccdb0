#include "stream-client/stream_client.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/stream_harness.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::KafkaRecord;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

TEST(StreamClientTest, EveryRecordHasOneResultAndTheOffsetsBehindItAreCommitted) {
  StreamHarness harness;
  harness.config.mutable_batch()->set_max_records(64);
  harness.kafka.Produce("in", TextRecords(1000, 2));
  ASSERT_THAT(harness.Run(), IsOk());
  std::set<std::string> keys;
  for (const KafkaRecord& result : harness.Results()) keys.insert(*result.key);
  EXPECT_THAT(keys, SizeIs(1000));
  EXPECT_THAT(harness.Results(), SizeIs(1000));
  EXPECT_THAT(harness.DeadLetters(), SizeIs(0));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 500), Pair(1, 500)));
  EXPECT_EQ(harness.summary.totals.records_in, 1000u);
  EXPECT_EQ(harness.summary.totals.scored, 1000u);
}

TEST(StreamClientTest, AResultKeepsKeyHeadersAndTimestampOfItsRecord) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", {{.key = "user-8",
                                .value = R"({"data":"good"})",
                                .headers = {{"traceparent", "00-ab-cd-01"}, {"n", "2"}},
                                .timestamp_ms = 1234567890123,
                                .partition = 0}});
  ASSERT_THAT(harness.Run(), IsOk());
  const std::vector<KafkaRecord> results = harness.Results();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].key, "user-8");
  EXPECT_EQ(results[0].timestamp_ms, 1234567890123);
  EXPECT_THAT(results[0].headers, ElementsAre(Pair("traceparent", "00-ab-cd-01"), Pair("n", "2")));
  EXPECT_EQ(results[0].value,
            R"({"data":"good","neg":0,"neu":0.5,"pos":0.5,"compound":0.004,"label":"positive",)"
            R"("model":"sentiment","model_version":"v2","route_revision":1,"assignment":"KEY",)"
            R"("topic":"in","partition":0,"offset":0})");
}

TEST(StreamClientTest, ABadRecordBecomesADeadLetterWithItsBytesReasonAndPlace) {
  StreamHarness harness(1);
  const std::string bytes("{\"data\": \"caf\xe9\"}\0 tail", 22);
  harness.kafka.Produce("in", {TextRecord("before"),
                               {.key = std::nullopt,
                                .value = bytes,
                                .headers = {{"own", "header"}},
                                .timestamp_ms = 1600000000000,
                                .partition = 0},
                               {.key = "tombstone", .value = std::nullopt, .partition = 0},
                               TextRecord("after")});
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(2));
  const std::vector<KafkaRecord> dead = harness.DeadLetters();
  ASSERT_THAT(dead, SizeIs(2));
  EXPECT_EQ(dead[0].key, std::nullopt);
  EXPECT_EQ(dead[0].value, bytes);
  EXPECT_EQ(dead[0].timestamp_ms, 1600000000000);
  EXPECT_THAT(
      dead[0].headers,
      ElementsAre(Pair("own", "header"), Pair("serin-dlq-stage", "decode"),
                  Pair("serin-dlq-code", "INVALID_ARGUMENT"),
                  Pair("serin-dlq-message", HasSubstr("UTF-8")), Pair("serin-dlq-attempts", "1"),
                  Pair("serin-dlq-topic", "in"), Pair("serin-dlq-partition", "0"),
                  Pair("serin-dlq-offset", "1"), Pair("serin-dlq-timestamp", "1600000000000")));
  EXPECT_EQ(dead[1].value, std::nullopt);
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 4)));
}

TEST(StreamClientTest, ATextTheModelRefusesBecomesADeadLetterAndTheRestOfItsBatchResults) {
  StreamHarness harness(1);
  harness.server.FailText("t3", grpc::StatusCode::INVALID_ARGUMENT);
  harness.kafka.Produce("in", TextRecords(10, 1));
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(9));
  const std::vector<KafkaRecord> dead = harness.DeadLetters();
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].key, "key of t3");
  EXPECT_EQ(dead[0].Header("serin-dlq-stage"), "predict");
  EXPECT_EQ(dead[0].Header("serin-dlq-code"), "INVALID_ARGUMENT");
  EXPECT_EQ(dead[0].Header("serin-dlq-attempts"), "1");
}

TEST(StreamClientTest, ASecondRunStartsWhereTheFirstStopped) {
  StreamHarness harness;
  harness.kafka.Produce("in", TextRecords(100, 2));
  ASSERT_THAT(harness.Run(), IsOk());
  harness.kafka.Produce("in", {TextRecord("late", 1)});
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_EQ(harness.summary.totals.records_in, 1u);
  EXPECT_THAT(harness.Results(), SizeIs(101));
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_EQ(harness.summary.totals.records_in, 0u);
}

TEST(StreamClientTest, AvailableNowLeavesWhatComesAfterItsStart) {
  StreamHarness harness(1);
  harness.server.SetStuck(true);
  harness.kafka.Produce("in", TextRecords(10, 1));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return harness.server.requests() > 0; }));
  harness.kafka.Produce("in", TextRecords(5, 1));
  harness.server.SetStuck(false);
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(10)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(10));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 10)));
}

TEST(StreamClientTest, AnEmptyTopicEndsAtOnce) {
  StreamHarness harness;
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_EQ(harness.summary.totals.records_in, 0u);
}

TEST(StreamClientTest, AvailableNowFailsWhenTheTopicDoesNotExist) {
  StreamHarness harness;
  harness.kafka.SetTopicError("in", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_THAT(harness.Run(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("topic in")));
}

TEST(StreamClientTest, ContinuousReadsUntilItIsStoppedAndCommitsWhatIsDone) {
  StreamHarness harness;
  harness.config.mutable_trigger()->set_mode("continuous");
  harness.kafka.Produce("in", TextRecords(50, 2));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return harness.server.texts().size() == 50; }));
  harness.kafka.Produce("in", TextRecords(50, 2));
  ASSERT_TRUE(Eventually([&] { return harness.server.texts().size() == 100; }));
  running.client().Stop();
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(10)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(100));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 50), Pair(1, 50)));
}

TEST(StreamClientTest, AStopLetsTheBatchesInFlightFinish) {
  StreamHarness harness(1);
  harness.server.SetDelay(absl::Milliseconds(300));
  harness.kafka.Produce("in", TextRecords(20, 1));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return harness.server.requests() > 0; }));
  running.client().Stop();
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(10)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_EQ(static_cast<int64_t>(harness.Results().size()), harness.Committed()[0]);
  EXPECT_GT(harness.Results().size(), 0u);
}

TEST(StreamClientTest, AStuckRouterDoesNotHoldAStoppedClient) {
  StreamHarness harness(1);
  harness.config.set_drain_timeout("200ms");
  harness.server.SetStuck(true);
  harness.kafka.Produce("in", TextRecords(20, 1));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return harness.server.requests() > 0; }));
  const absl::Time stopped = absl::Now();
  running.client().Stop();
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(10)));
  EXPECT_LT(absl::Now() - stopped, absl::Seconds(3));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, -1)));
}

}  // namespace
}  // namespace serin::stream
