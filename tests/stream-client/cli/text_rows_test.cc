#include "stream-client/cli/text_rows.h"

#include <set>

#include "absl/random/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::StatusIs;

const char kUuid4[] = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

Row Read(std::string_view line, RowFormat format) {
  absl::BitGen random;
  return ReadRow(line, format, random)->value();
}

TEST(TextRowsTest, ALineBecomesAMessageUnderARandomUuid) {
  const Row row = Read("say \"hi\"\r", RowFormat::kLines);
  EXPECT_EQ(row.value, R"({"data": "say \"hi\""})");
  EXPECT_THAT(row.key, MatchesRegex(kUuid4));
}

TEST(TextRowsTest, JsonIsSentAsItIs) {
  const Row row = Read(R"({"data":5})", RowFormat::kJson);
  EXPECT_EQ(row.value, R"({"data":5})");
  EXPECT_THAT(row.key, MatchesRegex(kUuid4));
}

TEST(TextRowsTest, AKeyIsCutOffAtTheFirstTab) {
  EXPECT_EQ(Read("k\ta\tb", RowFormat::kKeyValue).key, "k");
  EXPECT_EQ(Read("k\ta\tb", RowFormat::kKeyValue).value, "a\tb");
  EXPECT_EQ(Read("k\ttext", RowFormat::kKeyText).value, R"({"data": "text"})");
}

TEST(TextRowsTest, ALineWithoutATabIsAnErrorInTheKeyFormats) {
  absl::BitGen random;
  EXPECT_THAT(ReadRow("no tab", RowFormat::kKeyValue, random),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("without a tab")));
}

TEST(TextRowsTest, AnEmptyLineIsNoMessage) {
  absl::BitGen random;
  EXPECT_EQ(*ReadRow("", RowFormat::kLines, random), std::nullopt);
  EXPECT_EQ(*ReadRow("\r", RowFormat::kKeyValue, random), std::nullopt);
}

TEST(TextRowsTest, UuidsDoNotRepeat) {
  absl::BitGen random;
  std::set<std::string> uuids;
  for (int i = 0; i < 1000; ++i) uuids.insert(RandomUuid(random));
  EXPECT_EQ(uuids.size(), 1000u);
}

}  // namespace
}  // namespace serin::stream
