// What the client does when Kafka or the router fail.
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stream-client/stream_client.h"
#include "tests/stream-client/stream_harness.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using testing::FakeScoringServer;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::KafkaRecord;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr int16_t kFetchApi = 1;
constexpr int16_t kOffsetCommitApi = 8;

std::set<std::string> KeysOf(const std::vector<KafkaRecord>& records) {
  std::set<std::string> keys;
  for (const KafkaRecord& record : records) keys.insert(*record.key);
  return keys;
}

TEST(StreamClientFaultTest, ARouterThatIsDownIsWaitedForAndNothingIsLost) {
  StreamHarness harness;
  auto router = std::make_unique<FakeScoringServer>();
  const int port = router->port();
  harness.config.mutable_router()->set_address(router->address());
  router = nullptr;
  harness.kafka.Produce("in", TextRecords(40, 2));
  RunningClient running(harness);
  EXPECT_FALSE(running.EndsWithin(absl::Milliseconds(500)));
  router = std::make_unique<FakeScoringServer>(port);
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(20)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(KeysOf(harness.Results()), SizeIs(40));
  EXPECT_THAT(harness.DeadLetters(), SizeIs(0));
}

TEST(StreamClientFaultTest, ARouterThatRestartsUnderWayLosesNothing) {
  StreamHarness harness;
  harness.config.mutable_batch()->set_max_records(10);
  auto router = std::make_unique<FakeScoringServer>();
  const int port = router->port();
  router->SetDelay(absl::Milliseconds(50));
  harness.config.mutable_router()->set_address(router->address());
  harness.kafka.Produce("in", TextRecords(300, 2));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return router->requests() >= 10; }));
  router = nullptr;
  router = std::make_unique<FakeScoringServer>(port);
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(30)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(KeysOf(harness.Results()), SizeIs(300));
  EXPECT_THAT(harness.DeadLetters(), SizeIs(0));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 150), Pair(1, 150)));
}

TEST(StreamClientFaultTest, ASlowRouterIsGivenABoundedNumberOfBatches) {
  StreamHarness harness(1);
  harness.config.mutable_batch()->set_max_records(5);
  harness.config.mutable_batch()->set_max_in_flight(3);
  harness.server.SetStuck(true);
  harness.kafka.Produce("in", TextRecords(100, 1));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return harness.server.requests() == 3; }));
  EXPECT_FALSE(running.EndsWithin(absl::Milliseconds(500)));
  EXPECT_EQ(harness.server.requests(), 3);
  harness.server.SetStuck(false);
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(10)));
  EXPECT_THAT(KeysOf(harness.Results()), SizeIs(100));
}

TEST(StreamClientFaultTest, APoisonTextIsADeadLetterAndAllOthersAreScored) {
  StreamHarness harness(1);
  harness.config.mutable_router()->set_max_attempts(3);
  harness.server.BreakStreamsOn("t5");
  harness.kafka.Produce("in", TextRecords(8, 1));
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(7));
  const std::vector<KafkaRecord> dead = harness.DeadLetters();
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].key, "key of t5");
  EXPECT_EQ(dead[0].Header("serin-dlq-stage"), "predict");
  EXPECT_EQ(dead[0].Header("serin-dlq-code"), "INTERNAL");
  EXPECT_GE(std::stoi(dead[0].Header("serin-dlq-attempts")), 3);
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 8)));
}

TEST(StreamClientFaultTest, AKafkaThatIsDownAtTheStartIsWaitedFor) {
  StreamHarness harness;
  harness.kafka.Produce("in", TextRecords(10, 2));
  harness.kafka.SetDown();
  RunningClient running(harness);
  EXPECT_FALSE(running.EndsWithin(absl::Milliseconds(1500)));
  harness.kafka.SetUp();
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(30)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(KeysOf(harness.Results()), SizeIs(10));
}

TEST(StreamClientFaultTest, AStopEndsTheWaitForKafka) {
  StreamHarness harness;
  harness.kafka.SetDown();
  RunningClient running(harness);
  EXPECT_FALSE(running.EndsWithin(absl::Milliseconds(300)));
  running.client().Stop();
  EXPECT_TRUE(running.EndsWithin(absl::Seconds(5)));
  EXPECT_THAT(running.status(), IsOk());
}

TEST(StreamClientFaultTest, ContinuousWaitsForATopicThatDoesNotExistYet) {
  StreamHarness harness(1);
  harness.config.mutable_trigger()->set_mode("continuous");
  harness.kafka.SetTopicError("in", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  RunningClient running(harness);
  EXPECT_FALSE(running.EndsWithin(absl::Seconds(1)));
  harness.kafka.SetTopicError("in", RD_KAFKA_RESP_ERR_NO_ERROR);
  harness.kafka.Produce("in", {TextRecord("hello")});
  EXPECT_TRUE(Eventually([&] { return harness.server.requests() > 0; }, absl::Seconds(20)));
}

TEST(StreamClientFaultTest, ProduceErrorsThatPassAreRiddenOut) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", TextRecords(20, 1));
  harness.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                                RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(20));
}

// A topic has no size of its own that it could reach; what is full is the disk under it, which
// brokers report as a storage error until there is room or another leader.
TEST(StreamClientFaultTest, AnOutputTopicWhoseDiskIsFullForAWhileIsWaitedForAndNothingIsLost) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", TextRecords(20, 1));
  harness.kafka.FailNext(testing::kProduceApi, std::vector<rd_kafka_resp_err_t>(
                                                   15, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR));
  RunningClient running(harness);
  EXPECT_FALSE(running.EndsWithin(absl::Milliseconds(500)));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, -1)));
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(20)));
  EXPECT_THAT(running.status(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(20));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 20)));
}

TEST(StreamClientFaultTest, AnOutputTopicWhoseDiskStaysFullFailsTheRunUncommitted) {
  StreamHarness harness(1);
  (*harness.config.mutable_kafka()->mutable_properties())["message.timeout.ms"] = "1500";
  harness.kafka.Produce("in", TextRecords(20, 1));
  harness.kafka.FailNext(testing::kProduceApi, std::vector<rd_kafka_resp_err_t>(
                                                   1000, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR));
  EXPECT_THAT(harness.Run(), StatusIs(absl::StatusCode::kDeadlineExceeded,
                                      HasSubstr("to topic out: Local: Message timed out")));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, -1)));
}

TEST(StreamClientFaultTest, ADeadLetterThatCannotBeWrittenFailsTheRunUncommitted) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", {{.key = "k", .value = "no JSON", .partition = 0}});
  harness.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  EXPECT_THAT(harness.Run(), StatusIs(absl::StatusCode::kPermissionDenied,
                                      HasSubstr("dead letter of in/0/0 to topic dead")));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, -1)));
}

TEST(StreamClientFaultTest, AResultTheBrokerFindsTooLargeBecomesADeadLetter) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", {TextRecord("hello")});
  harness.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(0));
  const std::vector<KafkaRecord> dead = harness.DeadLetters();
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].Header("serin-dlq-stage"), "produce");
  EXPECT_EQ(dead[0].value, R"({"data":"hello"})");
}

// Brokers refuse whole message sets. That each record is judged by itself in the end is shown on a
// real broker (tests/e2e/stream_refusals_test.py).
TEST(StreamClientFaultTest, ResultsThatWereRefusedTogetherAreSentAgainInSmallerSets) {
  StreamHarness harness(1);
  // Long enough for all to be in one set.
  (*harness.config.mutable_kafka()->mutable_properties())["linger.ms"] = "500";
  harness.kafka.Produce("in", TextRecords(20, 1));
  harness.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  ASSERT_THAT(harness.Run(), IsOk());
  const std::vector<KafkaRecord> results = harness.Results();
  ASSERT_THAT(results, SizeIs(20));
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ(results[i].key, absl::StrCat("key of t", i));
  EXPECT_THAT(harness.DeadLetters(), SizeIs(0));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 20)));
}

TEST(StreamClientFaultTest, ADeadLetterThatIsRefusedByItselfFailsTheRunUncommitted) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", {TextRecord("hello")});
  harness.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                                                RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  EXPECT_THAT(harness.Run(), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("dead letter of in/0/0 to topic dead")));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, -1)));
}

TEST(StreamClientFaultTest, ALastCommitThatIsRefusedFailsTheRun) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", {TextRecord("hello")});
  harness.kafka.FailNext(kOffsetCommitApi, std::vector<rd_kafka_resp_err_t>(
                                               10, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED));
  EXPECT_THAT(harness.Run(), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("commit")));
  EXPECT_THAT(harness.Results(), SizeIs(1));
}

TEST(StreamClientFaultTest, CommitsThatAreRefusedForNowAreMadeGood) {
  StreamHarness harness(1);
  harness.config.mutable_trigger()->set_mode("continuous");
  harness.kafka.Produce("in", TextRecords(20, 1));
  // librdkafka does not repeat a request for this one.
  harness.kafka.FailNext(kOffsetCommitApi, {RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE,
                                            RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE});
  RunningClient running(harness);
  // Nothing more comes, so no later commit makes up for those.
  EXPECT_TRUE(Eventually([&] { return harness.Committed()[0] == 20; }, absl::Seconds(20)));
}

TEST(StreamClientFaultTest, ACoordinatorThatMovesIsFoundAgain) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", TextRecords(20, 1));
  harness.kafka.FailNext(kOffsetCommitApi, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
                                            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                                            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE});
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(20));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 20)));
}

TEST(StreamClientFaultTest, ABrokerThatIsSlowIsWaitedFor) {
  StreamHarness harness;
  harness.config.mutable_batch()->set_max_records(20);
  harness.kafka.Produce("in", TextRecords(100, 2));
  harness.kafka.SetSlow(200);
  ASSERT_THAT(harness.Run(), IsOk());
  harness.kafka.SetSlow(0);
  EXPECT_THAT(harness.Results(), SizeIs(100));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, 50), Pair(1, 50)));
}

TEST(StreamClientFaultTest, ReadingFollowsALeaderThatIsNotOne) {
  StreamHarness harness(1);
  harness.kafka.Produce("in", TextRecords(20, 1));
  harness.kafka.FailNext(kFetchApi, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                     RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE});
  ASSERT_THAT(harness.Run(), IsOk());
  EXPECT_THAT(harness.Results(), SizeIs(20));
}

TEST(StreamClientFaultTest, OffsetsStayBehindABatchThatIsHeldUp) {
  StreamHarness harness(1);
  harness.config.mutable_trigger()->set_mode("continuous");
  harness.config.mutable_batch()->set_max_records(1);
  harness.config.mutable_batch()->set_order("none");
  harness.config.set_drain_timeout("100ms");
  // The first record keeps being refused for now, those behind it are answered.
  harness.server.FailText("t0", grpc::StatusCode::UNAVAILABLE);
  harness.kafka.Produce("in", TextRecords(5, 1));
  RunningClient running(harness);
  ASSERT_TRUE(Eventually([&] { return harness.Results().size() == 4; }, absl::Seconds(20)));
  running.client().Stop();
  ASSERT_TRUE(running.EndsWithin(absl::Seconds(10)));
  EXPECT_THAT(harness.Committed(), ElementsAre(Pair(0, -1)));
}

}  // namespace
}  // namespace serin::stream
