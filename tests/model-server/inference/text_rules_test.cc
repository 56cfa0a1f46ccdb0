#include "model-server/inference/text_rules.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(TextRulesTest, AcceptsTextUpToTheLimit) {
  EXPECT_THAT(CheckText("a", 5), IsOk());
  EXPECT_THAT(CheckText("12345", 5), IsOk());
  EXPECT_THAT(CheckText("\xF0\x9F\x98\x80", 5), IsOk());
}

TEST(TextRulesTest, SaysWhatWasExpectedAndWhatCame) {
  EXPECT_THAT(CheckText("", 5), StatusIs(kInvalid, "text: expected at least 1 byte, got none"));
  EXPECT_THAT(CheckText("123456", 5), StatusIs(kInvalid, "text: expected at most 5 bytes, got 6"));
  EXPECT_THAT(CheckText(std::string("ab\0c", 4), 5),
              StatusIs(kInvalid, "text: expected text without NUL, got one at byte 2"));
  EXPECT_THAT(CheckText("a\xff", 5),
              StatusIs(kInvalid, "text: expected valid UTF-8, got 2 bytes that are not"));
}

TEST(TextRulesTest, RefusesSurrogatesAndOverlongForms) {
  EXPECT_FALSE(CheckText("\xED\xA0\x80", 5).ok());
  EXPECT_FALSE(CheckText("\xC0\xAF", 5).ok());
}

}  // namespace
}  // namespace serin::model_server
