#include "stream-client/cli/kcat_line.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stream-client/sinks/kcat_envelope.h"
#include "tests/stream-client/batch_builder.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

absl::StatusOr<KcatLine> Read(std::string_view line) {
  simdjson::dom::parser parser;
  return ReadKcatLine(line, parser);
}

TEST(KcatLineTest, WhatTheEnvelopeHoldsIsReadBack) {
  Record record = MakeRecord(3, 17);
  record.key = "a \"key\"";
  record.headers = {{"traceparent", "00-1"}, {"empty", ""}, {"none", std::nullopt}};
  record.timestamp_ms = 1700000000123;
  std::string line;
  AppendKcatEnvelope(record, "{\"data\": \"good\"}", line);
  const auto read = Read(line);
  ASSERT_TRUE(read.ok()) << read.status();
  const Record again = read->ToRecord();
  EXPECT_EQ(again.key, "a \"key\"");
  EXPECT_EQ(again.value, "{\"data\": \"good\"}");
  EXPECT_EQ(again.timestamp_ms, 1700000000123);
  ASSERT_EQ(again.headers.size(), 3u);
  EXPECT_EQ(again.headers[0].name, "traceparent");
  EXPECT_EQ(again.headers[0].value, "00-1");
  EXPECT_EQ(again.headers[1].value, "");
  EXPECT_EQ(again.headers[2].value, std::nullopt);
}

TEST(KcatLineTest, NullsStayNullsAndAMissingTimeIsNoTime) {
  const auto read = Read(R"({"tstype":"unknown","ts":0,"key":null,"payload":null})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->key, std::nullopt);
  EXPECT_EQ(read->payload, std::nullopt);
  EXPECT_EQ(read->timestamp_ms, -1);
  EXPECT_EQ(Read(R"({"payload":""})")->payload, "");
}

TEST(KcatLineTest, WhatIsNoEnvelopeIsAnErrorThatNamesTheField) {
  const std::pair<const char*, const char*> bad[] = {
      {"no JSON", "line: expected a JSON object"},
      {"[]", "line: expected a JSON object"},
      {R"({"key":"k"})", "payload: expected a string or null, got no such field"},
      {R"({"payload":5})", "payload: expected a string or null"},
      {R"({"payload":"","key":{}})", "key: expected a string or null"},
      {R"({"payload":"","headers":["odd"]})", "headers: expected an array of names and values"},
      {R"({"payload":"","headers":[null,"v"]})", "headers: expected names that are strings"},
      {R"({"payload":"","ts":"now"})", "ts: expected milliseconds"},
  };
  for (const auto& [line, message] : bad) {
    EXPECT_THAT(Read(line), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)))
        << line;
  }
}

}  // namespace
}  // namespace serin::stream
