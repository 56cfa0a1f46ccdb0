#include "stream-client/decoding/plain_text_decoder.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

TEST(PlainTextDecoderTest, TheWholeValueIsTheText) {
  PlainTextDecoder decoder(20);
  EXPECT_EQ(*decoder.Decode(R"({"data": "as is"})"), R"({"data": "as is"})");
  EXPECT_EQ(*decoder.Decode("\xEF\xBB\xBF\xC3\xA9\n"), "\xC3\xA9\n");
}

TEST(PlainTextDecoderTest, WhatNoModelTakesIsRefusedWithTheReason) {
  PlainTextDecoder decoder(20);
  const auto refused = [&](std::optional<std::string_view> value, const char* why) {
    EXPECT_THAT(decoder.Decode(value),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused(std::nullopt, "tombstone");
  refused("", "at least 1 byte");
  refused("\xEF\xBB\xBF", "at least 1 byte");
  refused("caf\xE9", "invalid UTF-8");
  refused(std::string_view("a\0b", 3), "NUL, got one at byte 1");
  refused("123456789012345678901", "at most 20 bytes, got 21");
}

}  // namespace
}  // namespace serin::stream
