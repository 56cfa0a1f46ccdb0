#include "stream-client/kafka/start_position.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stream-client/kafka/topic_selection.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using testing::StatusIs;
using Kind = StartPosition::Kind;

TEST(StartPositionTest, NamesAndKcatsNamesMeanTheSame) {
  EXPECT_EQ(StartPosition::Parse("earliest")->kind, Kind::kEarliest);
  EXPECT_EQ(StartPosition::Parse("beginning")->kind, Kind::kEarliest);
  EXPECT_EQ(StartPosition::Parse("latest")->kind, Kind::kLatest);
  EXPECT_EQ(StartPosition::Parse("end")->kind, Kind::kLatest);
  EXPECT_EQ(StartPosition::Parse("committed")->kind, Kind::kCommitted);
  EXPECT_EQ(StartPosition::Parse("stored")->kind, Kind::kCommitted);
}

TEST(StartPositionTest, ATimestampIsMillisecondsOrADate) {
  const absl::Time expected = absl::FromUnixMillis(1700000000123);
  for (const char* text :
       {"timestamp=1700000000123", "s@1700000000123", "timestamp=2023-11-14T22:13:20.123Z"}) {
    const auto start = StartPosition::Parse(text);
    ASSERT_TRUE(start.ok()) << text;
    EXPECT_EQ(start->kind, Kind::kTimestamp);
    EXPECT_EQ(start->timestamp, expected) << text;
  }
}

TEST(StartPositionTest, OffsetsAreListedByTopicAndPartition) {
  const auto start = StartPosition::Parse("in:0:7,other.topic:12:0");
  ASSERT_TRUE(start.ok());
  EXPECT_EQ(start->kind, Kind::kOffsets);
  EXPECT_THAT(start->offsets, ElementsAre(Pair(TopicPartition{"in", 0}, 7),
                                          Pair(TopicPartition{"other.topic", 12}, 0)));
}

TEST(StartPositionTest, AnythingElseIsRefusedAndRepeatedInTheError) {
  for (const char* text : {"", "first", "in:0", "in:x:1", "in:0:-1", "in:0:1,in:0:2", ":0:1",
                           "timestamp=", "timestamp=yesterday", "s@-5"}) {
    EXPECT_THAT(StartPosition::Parse(text).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text)));
  }
}

TEST(TopicSelectionTest, NamesMatchWholeAndPatternsByTheirExpression) {
  const auto topics = TopicSelection::Parse("test,^clicks-[0-9]+$");
  ASSERT_TRUE(topics.ok());
  EXPECT_TRUE(topics->HasPatterns());
  EXPECT_TRUE(topics->Matches("test"));
  EXPECT_TRUE(topics->Matches("clicks-12"));
  EXPECT_FALSE(topics->Matches("test2"));
  EXPECT_FALSE(topics->Matches("clicks-a"));
}

TEST(TopicSelectionTest, AnEmptyNameAndABrokenPatternAreRefused) {
  for (const char* text : {"", "a,", "^a(", "a,,b"}) {
    EXPECT_THAT(TopicSelection::Parse(text).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("names of topics")));
  }
}

}  // namespace
}  // namespace serin::stream
