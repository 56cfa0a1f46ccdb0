#include "stream-client/decoding/json_text_decoder.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

struct Case {
  const char* name;
  std::optional<std::string> value;
  std::string expected;  // the text, or a part of the message
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::string Name(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

class GoodValueTest : public ::testing::TestWithParam<Case> {};

TEST_P(GoodValueTest, GivesItsText) {
  JsonTextDecoder decoder(100);
  const auto text = decoder.Decode(GetParam().value);
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(*text, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Values, GoodValueTest,
    ::testing::Values(
        Case{"Plain", R"({"data": "some text"})", "some text"},
        Case{"OtherFieldsAround", R"({"id": 1, "data": "x", "more": {"a": [null]}})", "x"},
        Case{"WhitespaceAround", " \n{\"data\":\"x\"}\r\n", "x"},
        Case{"Escapes", R"({"data":"\"\\\/\b\f\n\r\t\u00e9"})", "\"\\/\b\f\n\r\t\xC3\xA9"},
        Case{"SurrogatePair", R"({"data":"\ud83d\ude00"})", "\xF0\x9F\x98\x80"},
        Case{"RawUtf8", "{\"data\":\"\xF0\x9F\x98\x80\"}", "\xF0\x9F\x98\x80"},
        Case{"EscapedFieldName", R"({"\u0064ata":"x"})", "x"},
        Case{"ByteOrderMark", "\xEF\xBB\xBF{\"data\":\"x\"}", "x"},
        Case{"LastOfDuplicates", R"({"data":"first","data":"last"})", "last"},
        Case{"LastOfDuplicatesAfterANumber", R"({"data":1,"data":"last"})", "last"},
        Case{"OwnFieldNotTheNestedOne", R"({"a":{"data":"nested"},"data":"own"})", "own"},
        Case{"OneSpace", R"({"data":" "})", " "},
        Case{"LongestText", R"({"data":")" + std::string(100, 'x') + R"("})",
             std::string(100, 'x')}),
    Name);

TEST(JsonTextDecoderTest, AFieldInsideObjectsIsFoundByItsPath) {
  JsonTextDecoder decoder(100, "payload.text");
  EXPECT_EQ(*decoder.Decode(R"({"payload":{"text":"in here"},"text":"not here"})"), "in here");
  EXPECT_EQ(*decoder.Decode(R"({"payload":1,"payload":{"text":1,"text":"last"}})"), "last");
}

TEST(JsonTextDecoderTest, AMissingPartOfAPathIsNamed) {
  JsonTextDecoder decoder(100, "payload.text");
  const auto refused = [&](std::string_view value, const char* why) {
    EXPECT_THAT(decoder.Decode(value), StatusIs(absl::StatusCode::kInvalidArgument, why));
  };
  refused(R"({"payload":{}})", "payload.text: expected a string, got no such field");
  refused(R"({"payload":{"text":{}}})", "payload.text: expected a string, got an object");
  refused(R"({"payload":"x"})", "payload: expected an object, got a string");
  refused(R"({"payload.text":"x"})", "payload.text: expected a string, got no such field");
}

class BadValueTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadValueTest, IsAnInvalidArgumentThatSaysWhy) {
  JsonTextDecoder decoder(100);
  EXPECT_THAT(decoder.Decode(GetParam().value),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().expected)));
  EXPECT_THAT(decoder.Decode(R"({"data":"next"})"), IsOk());
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadValueTest,
    ::testing::Values(
        Case{"Tombstone", std::nullopt, "got null (a tombstone)"},
        Case{"EmptyValue", "", "got 0 bytes"},
        Case{"OnlyAByteOrderMark", "\xEF\xBB\xBF", "0 bytes"},
        Case{"OnlySpace", "  ", "expected a JSON object"},
        Case{"NoJson", "some text", "expected a JSON object"},
        Case{"OpenString", R"({"data": "open)", "expected a JSON object"},
        Case{"Truncated", R"({"data": "x")", "expected a JSON object"},
        Case{"TrailingGarbage", R"({"data":"x"} y)", "expected a JSON object"},
        Case{"TwoObjects", R"({"data":"x"}{"data":"y"})", "expected a JSON object"},
        Case{"BadOtherField", R"({"other": nope, "data":"x"})", "expected a JSON object"},
        Case{"TrailingComma", R"({"data":"x",})", "expected a JSON object"},
        Case{"RawNewlineInAString", "{\"data\":\"a\nb\"}", "expected a JSON object"},
        Case{"InvalidUtf8", "{\"data\":\"caf\xE9\"}", "invalid UTF-8"},
        Case{"InvalidUtf8Elsewhere", "{\"data\":\"x\",\"y\":\"\xFF\"}", "invalid UTF-8"},
        Case{"LoneHighSurrogate", R"({"data":"\ud83d"})", "lone surrogate"},
        Case{"LoneLowSurrogate", R"({"data":"\ude00"})", "lone surrogate"},
        Case{"TooDeep",
             R"({"data":"x","y":)" + std::string(2000, '[') + std::string(2000, ']') + "}",
             "nesting too deep"},
        Case{"Array", R"([{"data":"x"}])", "expected a JSON object, got an array"},
        Case{"String", R"("data")", "got a string"}, Case{"Null", "null", "got null"},
        Case{"Missing", R"({"text":"x"})", "data: expected a string, got no such field"},
        Case{"OtherCase", R"({"Data":"x"})", "no such field"},
        Case{"OnlyNested", R"({"a":{"data":"x"}})", "no such field"},
        Case{"Number", R"({"data":42})", "data: expected a string, got a number"},
        Case{"NullData", R"({"data":null})", "got null"},
        Case{"Boolean", R"({"data":true})", "got a boolean"},
        Case{"Object", R"({"data":{"a":"x"}})", "got an object"},
        Case{"LastOfDuplicatesIsANumber", R"({"data":"first","data":1})", "got a number"},
        Case{"EmptyText", R"({"data":""})", "got an empty string"},
        Case{"Nul", R"({"data":"a\u0000b"})", "without NUL, got one at byte 1"},
        Case{"TooLong", R"({"data":")" + std::string(101, 'x') + R"("})",
             "at most 100 bytes, got 101"},
        Case{"FarTooLong", R"({"data":")" + std::string(3 << 20, 'x') + R"("})",
             "at most 100 bytes"}),
    Name);

}  // namespace
}  // namespace serin::stream
