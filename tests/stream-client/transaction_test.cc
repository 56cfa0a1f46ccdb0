// Errors of transactions, which only a broker that is told to fail shows. That results are there
// exactly once is shown on a real broker (tests/e2e/stream_delivery_test.py).
#include "stream-client/kafka/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/stream_harness.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::Ge;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr int16_t kAddOffsetsToTxnApi = 25;
constexpr int16_t kTxnOffsetCommitApi = 28;
constexpr int16_t kEndTxnApi = 26;

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() {
    harness_.config.mutable_delivery()->set_mode("exactly-once");
    harness_.kafka.Produce("in", TextRecords(20, 2));
  }

  // Null if it cannot begin. Its group has committed `committed` for every partition.
  std::unique_ptr<TransactionProducer> Producer(const std::string& id, int64_t committed = -1) {
    auto producer = TransactionProducer::Create(
        {.bootstrap_servers = harness_.kafka.brokers(), .properties = {}},
        {.results = "out", .dead_letters = "dead"}, id,
        [this, committed](const std::vector<TopicPartition>& partitions,
                          absl::Duration) -> absl::StatusOr<std::vector<PartitionOffset>> {
          if (unanswered_questions_-- > 0) return absl::UnavailableError("no coordinator");
          std::vector<PartitionOffset> answer;
          for (const TopicPartition& partition : partitions) {
            answer.push_back({partition, committed});
          }
          return answer;
        });
    EXPECT_THAT(producer, IsOk());
    if (!producer.ok()) return nullptr;
    EXPECT_THAT((*producer)->Init(absl::Seconds(20)), IsOk());
    return *std::move(producer);
  }

  static TransactionWork OneOffset() {
    TransactionWork work;
    work.offsets = {{{"in", 0}, 1}};
    work.group.reset(rd_kafka_consumer_group_metadata_new("serin-stream"));
    return work;
  }

  StreamHarness harness_;
  int unanswered_questions_ = 0;
};

TEST_F(TransactionTest, ResultsAndDeadLettersAreWrittenInTransactions) {
  harness_.kafka.Produce("in", {{.key = "k", .value = "no JSON", .partition = 0}});
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_THAT(harness_.Results(), SizeIs(20));
  EXPECT_THAT(harness_.DeadLetters(), SizeIs(1));
}

TEST_F(TransactionTest, AnErrorThatPassesIsRiddenOut) {
  harness_.kafka.FailNext(kEndTxnApi, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
                                       RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS});
  harness_.kafka.FailNext(kTxnOffsetCommitApi, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR});
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_THAT(harness_.Results(), SizeIs(20));
}

TEST_F(TransactionTest, AnAbortedTransactionIsRunAgainWithoutAskingTheModelAgain) {
  harness_.kafka.FailNext(kTxnOffsetCommitApi, {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION});
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_THAT(harness_.server.texts(), SizeIs(20));
  // The mock may show what was aborted, too.
  EXPECT_THAT(harness_.Results(), SizeIs(Ge(20)));
  EXPECT_EQ(harness_.summary.totals.scored, 20u);
}

TEST_F(TransactionTest, AClientWhoseIdAnotherOneHasTakenEndsAndSaysWhy) {
  harness_.kafka.FailNext(kEndTxnApi, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});
  EXPECT_THAT(harness_.Run(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("delivery.instance")));
}

TEST_F(TransactionTest, AnOutputTopicThatMayNotBeWrittenEndsTheRun) {
  harness_.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  EXPECT_THAT(harness_.Run(), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("out")));
}

TEST_F(TransactionTest, AResultTheBrokerFindsTooLargeBecomesADeadLetter) {
  harness_.config.mutable_batch()->set_max_records(1);
  harness_.config.mutable_delivery()->set_transaction_max_records(1);
  harness_.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_EQ(harness_.summary.totals.scored, 19u);
  EXPECT_EQ(harness_.summary.totals.dead_lettered, 1u);
  // The mock may show what was aborted, too.
  EXPECT_THAT(harness_.DeadLetters(), SizeIs(Ge(1)));
}

TEST_F(TransactionTest, ResultsThatWereRefusedTogetherAreSentAgainInSmallerSets) {
  // Long enough for all of a transaction to be in one set.
  (*harness_.config.mutable_kafka()->mutable_properties())["linger.ms"] = "500";
  harness_.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_EQ(harness_.summary.totals.scored, 20u);
  EXPECT_EQ(harness_.summary.totals.dead_lettered, 0u);
}

TEST_F(TransactionTest, ADeadLetterThatIsRefusedByItselfEndsTheRun) {
  harness_.kafka.CreateTopic("lone", 1);
  harness_.kafka.Produce("lone", {TextRecord("hello")});
  harness_.config.mutable_source()->set_topic("lone");
  harness_.kafka.FailNext(testing::kProduceApi, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                                                 RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  EXPECT_THAT(harness_.Run(), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("dead letter of lone/0/0 to topic dead")));
}

TEST_F(TransactionTest, AStopWithATransactionUnderWayEndsInTime) {
  harness_.config.mutable_trigger()->set_mode("continuous");
  harness_.config.set_drain_timeout("300ms");
  harness_.kafka.FailNext(kEndTxnApi, std::vector<rd_kafka_resp_err_t>(
                                          1000, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE));
  RunningClient running(harness_);
  // Maybe not all of them: what is read later waits behind this transaction.
  ASSERT_TRUE(Eventually([&] { return !harness_.Results().empty(); }, absl::Seconds(20)));
  running.client().Stop();
  EXPECT_TRUE(running.EndsWithin(absl::Seconds(5)));
}

TEST_F(TransactionTest, WhatIsGivenUpIsNotCommittedThoughTheBrokerWouldTakeIt) {
  const auto producer = Producer("given-up");
  ASSERT_NE(producer, nullptr);
  TransactionWork work = OneOffset();
  producer->GiveUp();
  EXPECT_EQ(*producer->Run(work), false);
  harness_.kafka.FailNext(
      kAddOffsetsToTxnApi,
      std::vector<rd_kafka_resp_err_t>(1000, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE));
  EXPECT_EQ(*producer->Run(work), false) << "an error that passes is not waited out";
}

TEST_F(TransactionTest, TheTransactionAfterOneThatWasGivenUpIsCommitted) {
  const auto producer = Producer("renewed");
  ASSERT_NE(producer, nullptr);
  TransactionWork work = OneOffset();
  producer->GiveUp();
  EXPECT_EQ(*producer->Run(work), false);
  producer->Renew();
  EXPECT_EQ(*producer->Run(work), true);
}

// What a broker answers whose view of the transaction is another than librdkafka's.
TEST_F(TransactionTest, AProducerThatCannotGoOnIsReplacedAndNothingIsLost) {
  harness_.kafka.FailNext(kEndTxnApi, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_THAT(harness_.server.texts(), SizeIs(20)) << "the model was asked again";
  EXPECT_THAT(harness_.Results(), SizeIs(Ge(20)));
  EXPECT_EQ(harness_.summary.totals.scored, 20u);
}

TEST_F(TransactionTest, ACommitOfUnknownOutcomeIsRunAgainIfItsOffsetsAreNotCommitted) {
  const auto producer = Producer("not-committed", 0);
  ASSERT_NE(producer, nullptr);
  TransactionWork work = OneOffset();
  harness_.kafka.FailNext(kEndTxnApi, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});
  EXPECT_EQ(*producer->Run(work), false);
  EXPECT_EQ(*producer->Run(work), true) << "the producer that took its place works";
}

TEST_F(TransactionTest, ACommitOfUnknownOutcomeIsDoneIfItsOffsetsAreCommitted) {
  const auto producer = Producer("committed", 1);
  ASSERT_NE(producer, nullptr);
  TransactionWork work = OneOffset();
  harness_.kafka.FailNext(kEndTxnApi, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});
  unanswered_questions_ = 2;
  EXPECT_EQ(*producer->Run(work), true);
}

TEST_F(TransactionTest, AFencedProducerIsReplacedOnlyWhenTheBrokerMayHaveEndedItsTransaction) {
  harness_.config.mutable_kafka()->mutable_properties()->insert({"transaction.timeout.ms", "1000"});
  // Each is tried again after a pause of librdkafka's, together for more than that second.
  std::vector<rd_kafka_resp_err_t> errors(4, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
  errors.push_back(RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
  harness_.kafka.FailNext(kEndTxnApi, errors);
  ASSERT_THAT(harness_.Run(), IsOk());
  EXPECT_EQ(harness_.summary.totals.scored, 20u);
}

TEST_F(TransactionTest, AnAbortThatFailsIsNotTakenForACommit) {
  const auto producer = Producer("aborted", 1);
  ASSERT_NE(producer, nullptr);
  TransactionWork work = OneOffset();
  harness_.kafka.FailNext(kTxnOffsetCommitApi, {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION});
  harness_.kafka.FailNext(kEndTxnApi, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});
  EXPECT_EQ(*producer->Run(work), false);
  EXPECT_EQ(*producer->Run(work), true);
}

}  // namespace
}  // namespace serin::stream
