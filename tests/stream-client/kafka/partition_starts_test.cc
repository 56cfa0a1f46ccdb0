// Where partitions start, asked of librdkafka's mock cluster.
#include "stream-client/kafka/partition_starts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stream-client/kafka/kafka_settings.h"
#include "tests/support/mock_kafka.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr int16_t kOffsetFetchApi = 9;
constexpr StartPosition::Kind kLatest = StartPosition::Kind::kLatest;

class PartitionStartsTest : public ::testing::Test {
 protected:
  // Three records in in/0, two in in/1.
  PartitionStartsTest() {
    kafka_.CreateTopic("in", 2);
    for (const int32_t partition : {0, 0, 0, 1, 1}) {
      kafka_.Produce("in", {{.key = "k", .value = "v", .partition = partition}});
    }
    auto conf = ConsumerConf({.bootstrap_servers = kafka_.brokers(), .properties = {}},
                             {{"group.id", "group"}});
    EXPECT_THAT(conf, IsOk());
    auto consumer = NewKafka(RD_KAFKA_CONSUMER, *std::move(conf));
    EXPECT_THAT(consumer, IsOk());
    consumer_ = *std::move(consumer);
  }

  // Where both partitions start as ones that are assigned, and what is to be committed.
  absl::StatusOr<std::vector<std::string>> Apply(const std::set<TopicPartition>& existing,
                                                 absl::Duration timeout = absl::Seconds(5)) {
    const KafkaPartitions list = NewPartitionList({{{"in", 0}, -1001}, {{"in", 1}, -1001}});
    auto chosen = ApplyStarts(consumer_.get(), {.kind = kLatest, .timestamp = {}, .offsets = {}},
                              NoTimestampMatch::kLatest, existing, timeout, *list);
    if (!chosen.ok()) return chosen.status();
    std::vector<std::string> said;
    for (int i = 0; i < list->cnt; ++i) said.push_back(absl::StrCat(list->elems[i].offset));
    for (const auto& [partition, offset] : *chosen) {
      said.push_back(absl::StrCat("commit ", partition.partition, ":", offset));
    }
    return said;
  }

  testing::MockKafka kafka_;
  KafkaHandle consumer_;
};

TEST_F(PartitionStartsTest, WhereALatestStartBeginsIsToBeCommittedAlsoForAPartitionThatCameLater) {
  const auto said = Apply({{"in", 0}});
  ASSERT_THAT(said, IsOk());
  EXPECT_THAT(*said, ElementsAre("3", "0", "commit 0:3", "commit 1:0"));
}

TEST_F(PartitionStartsTest, OffsetsThatStandInAnOpenTransactionAreWaitedFor) {
  kafka_.FailNext(kOffsetFetchApi, std::vector(20, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT));
  const auto said = Apply({{"in", 0}, {"in", 1}}, absl::Milliseconds(500));
  ASSERT_THAT(said, IsOk());
  EXPECT_THAT(*said, ElementsAre("3", "2", "commit 0:3", "commit 1:2"));
}

TEST_F(PartitionStartsTest, WhatWaitingDoesNotMendIsAnError) {
  kafka_.FailNext(kOffsetFetchApi, std::vector(20, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED));
  EXPECT_THAT(Apply({}), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("committed")));
}

TEST(StartWithinTest, ACommittedOffsetThatIsNotKeptIsReplacedByTheOldestThatIs) {
  const OffsetRange kept{100, 200};
  for (const auto kind : {kLatest, StartPosition::Kind::kEarliest}) {
    const StartPosition start{.kind = kind, .timestamp = {}, .offsets = {}};
    EXPECT_EQ(StartWithin({{"in", 0}, 150}, start, kept), 150);
    EXPECT_EQ(StartWithin({{"in", 0}, 50}, start, kept), 100);
    EXPECT_EQ(StartWithin({{"in", 0}, -1001}, start, kept), kind == kLatest ? 200 : 100);
  }
}

}  // namespace
}  // namespace serin::stream
