#include "tools/mock-kafka/command.h"

#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::mock_kafka {
namespace {

using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(MockKafkaCommandTest, AnErrorIsInjectedOnceUnlessACountIsGiven) {
  auto once = ParseCommand("error produce NOT_ENOUGH_REPLICAS");
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(std::get<InjectError>(*once).api_key, 0);
  EXPECT_EQ(std::get<InjectError>(*once).code, "NOT_ENOUGH_REPLICAS");
  EXPECT_EQ(std::get<InjectError>(*once).count, 1);
  auto thrice = ParseCommand(" error  offset-commit 16 3\r");
  ASSERT_TRUE(thrice.ok()) << thrice.status();
  EXPECT_EQ(std::get<InjectError>(*thrice).api_key, 8);
  EXPECT_EQ(std::get<InjectError>(*thrice).count, 3);
}

TEST(MockKafkaCommandTest, BrokersAreSlowedDownAndTakenAway) {
  auto rtt = ParseCommand("rtt 2 250");
  ASSERT_TRUE(rtt.ok()) << rtt.status();
  EXPECT_EQ(std::get<SetRoundTrip>(*rtt).broker, 2);
  EXPECT_EQ(std::get<SetRoundTrip>(*rtt).milliseconds, 250);
  EXPECT_FALSE(std::get<SetReachable>(*ParseCommand("down 1")).reachable);
  EXPECT_TRUE(std::get<SetReachable>(*ParseCommand("up 1")).reachable);
  EXPECT_TRUE(std::holds_alternative<Quit>(*ParseCommand("quit")));
}

TEST(MockKafkaCommandTest, AWrongLineSaysWhichWordAndWhatWasExpected) {
  EXPECT_THAT(ParseCommand("").status(), StatusIs(kInvalid, HasSubstr("expected a command")));
  EXPECT_THAT(
      ParseCommand("explode").status(),
      StatusIs(kInvalid, HasSubstr("expected error, rtt, down, up or quit, got 'explode'")));
  EXPECT_THAT(ParseCommand("error brew 3").status(),
              StatusIs(kInvalid, AllOf(HasSubstr("produce, fetch"), HasSubstr("got 'brew'"))));
  EXPECT_THAT(ParseCommand("error produce 3 0").status(),
              StatusIs(kInvalid, HasSubstr("a count from 1 to 100000, got '0'")));
  EXPECT_THAT(ParseCommand("rtt 1").status(), StatusIs(kInvalid, HasSubstr("rtt BROKER MS")));
  EXPECT_THAT(ParseCommand("rtt x 1").status(), StatusIs(kInvalid, HasSubstr("got 'x'")));
  EXPECT_THAT(ParseCommand("down").status(), StatusIs(kInvalid, HasSubstr("one broker")));
}

TEST(MockKafkaCommandTest, ATopicHasANameAndPartitions) {
  auto topic = ParseTopicSpec("a:b:4");
  ASSERT_TRUE(topic.ok()) << topic.status();
  EXPECT_EQ(topic->name, "a:b");
  EXPECT_EQ(topic->partitions, 4);
  for (const char* text : {"test", ":4", "test:", "test:0", "test:four"}) {
    EXPECT_EQ(ParseTopicSpec(text).status().code(), kInvalid) << text;
  }
}

}  // namespace
}  // namespace serin::mock_kafka
