#include "stream-client/sinks/dead_letter.h"

#include <map>

#include "gtest/gtest.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

std::string MessageHeader(const std::string& message) {
  const auto headers =
      DeadLetterHeaders(MakeRecord(0, 0), Failure{.stage = Stage::kPredict, .message = message});
  return std::map(headers.begin(), headers.end()).at("serin-dlq-message");
}

TEST(DeadLetterTest, ALongMessageIsCutBetweenTwoCharacters) {
  EXPECT_EQ(MessageHeader(std::string(1024, 'a')), std::string(1024, 'a'));
  EXPECT_EQ(MessageHeader(std::string(2000, 'a')), std::string(1024, 'a'));
  EXPECT_EQ(MessageHeader(std::string(1023, 'a') + "\xC3\xA9 and more"), std::string(1023, 'a'));
  EXPECT_EQ(MessageHeader(std::string(1021, 'a') + "\xF0\x9F\x98\x80"), std::string(1021, 'a'));
}

}  // namespace
}  // namespace serin::stream
