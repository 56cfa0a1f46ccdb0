#include "stream-client/sinks/dead_letter_reader.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stream-client/sinks/dead_letter.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;

std::string ToText(const RecordHeader& header) {
  return std::string(header.name) + "=" + std::string(header.value.value_or("null"));
}

std::vector<std::string> ToTexts(const std::vector<RecordHeader>& headers) {
  std::vector<std::string> texts;
  for (const RecordHeader& header : headers) texts.push_back(ToText(header));
  return texts;
}

class DeadLetterReaderTest : public ::testing::Test {
 protected:
  // The record in/3/42 as the sink writes it when the model was not there.
  DeadLetterReaderTest() : letter_(MakeRecord(0, 7)) {
    letter_.headers = {{"traceparent", "00-1"}};
    for (auto& header : DeadLetterHeaders(
             MakeRecord(3, 42),
             {Stage::kPredict, absl::StatusCode::kUnavailable, "no endpoint is ready", 8})) {
      kept_.push_back(std::move(header));
    }
    for (const auto& [name, value] : kept_) letter_.headers.push_back({name, value});
  }

  std::vector<std::pair<std::string, std::string>> kept_;
  Record letter_;
};

TEST_F(DeadLetterReaderTest, ItGoesBackToItsTopicWithItsOwnHeadersAndItsCoordinates) {
  const auto replay = ReadDeadLetter(letter_, {});
  ASSERT_TRUE(replay.has_value());
  EXPECT_EQ(replay->topic, "in");
  EXPECT_THAT(ToTexts(replay->headers),
              ElementsAre("traceparent=00-1", "serin-replay-topic=in", "serin-replay-partition=3",
                          "serin-replay-offset=42"));
}

TEST_F(DeadLetterReaderTest, TheFirstCoordinatesStayWhenItFailsAgain) {
  letter_.headers.push_back({"serin-replay-topic", "first"});
  letter_.headers.push_back({"serin-replay-partition", "0"});
  letter_.headers.push_back({"serin-replay-offset", "1"});
  const auto replay = ReadDeadLetter(letter_, {});
  ASSERT_TRUE(replay.has_value());
  EXPECT_THAT(ToTexts(replay->headers),
              ElementsAre("traceparent=00-1", "serin-replay-topic=first",
                          "serin-replay-partition=0", "serin-replay-offset=1"));
}

TEST_F(DeadLetterReaderTest, EachFilterLeavesOutWhatDoesNotMatch) {
  EXPECT_TRUE(ReadDeadLetter(letter_, {.stage = "predict",
                                       .code = "UNAVAILABLE",
                                       .message = "endpoint",
                                       .first_offset = 42,
                                       .last_offset = 42}));
  EXPECT_FALSE(ReadDeadLetter(letter_, {.stage = "decode"}));
  EXPECT_FALSE(ReadDeadLetter(letter_, {.code = "INTERNAL"}));
  EXPECT_FALSE(ReadDeadLetter(letter_, {.message = "too large"}));
  EXPECT_FALSE(ReadDeadLetter(letter_, {.first_offset = 43}));
  EXPECT_FALSE(ReadDeadLetter(letter_, {.last_offset = 41}));
}

TEST_F(DeadLetterReaderTest, ARecordThatIsNoDeadLetterIsLeftAlone) {
  EXPECT_FALSE(ReadDeadLetter(MakeRecord(0, 1), {}));
}

}  // namespace
}  // namespace serin::stream
