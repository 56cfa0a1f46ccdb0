#include "stream-client/sinks/console_table.h"

#include "gtest/gtest.h"

namespace serin::stream {
namespace {

TEST(ConsoleTableTest, LooksLikeSparksShow) {
  EXPECT_EQ(FormatTable({"id", "text"}, {{"1", "a rather long text, too long"}, {"22", "b"}}, {}),
            "+---+--------------------+\n"
            "| id|                text|\n"
            "+---+--------------------+\n"
            "|  1|a rather long tex...|\n"
            "| 22|                   b|\n"
            "+---+--------------------+\n");
}

TEST(ConsoleTableTest, UncutCellsAreAlignedToTheLeft) {
  EXPECT_EQ(FormatTable({"text"}, {{"exactly as long as it is"}, {"b"}}, {.truncate = false}),
            "+------------------------+\n"
            "|text                    |\n"
            "+------------------------+\n"
            "|exactly as long as it is|\n"
            "|b                       |\n"
            "+------------------------+\n");
}

TEST(ConsoleTableTest, SaysWhenThereAreMoreRows) {
  EXPECT_EQ(FormatTable({"a"}, {{"1"}, {"2"}, {"3"}}, {.num_rows = 2}),
            "+---+\n|  a|\n+---+\n|  1|\n|  2|\n+---+\nonly showing top 2 rows\n");
  EXPECT_EQ(FormatTable({"a"}, {{"1"}, {"2"}}, {.num_rows = 1}),
            "+---+\n|  a|\n+---+\n|  1|\n+---+\nonly showing top 1 row\n");
}

TEST(ConsoleTableTest, CountsCharactersNotBytesAndWideOnesTwice) {
  EXPECT_EQ(
      FormatTable({"a"}, {{"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"}, {"\xE6\x97\xA5\xE6\x9C\xAC"}}, {}),
      "+----+\n|   "
      "a|\n+----+\n|\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9|\n|\xE6\x97\xA5\xE6\x9C\xAC|\n+----+\n");
}

TEST(ConsoleTableTest, NeverCutsACharacterInTwo) {
  std::string text;
  for (int i = 0; i < 21; ++i) text += "\xC3\xA9";
  std::string cut;
  for (int i = 0; i < 17; ++i) cut += "\xC3\xA9";
  EXPECT_NE(FormatTable({"a"}, {{text}}, {}).find("|" + cut + "...|"), std::string::npos);
}

TEST(ConsoleTableTest, ARecordCannotDrawOnTheTerminal) {
  EXPECT_EQ(EscapeControls("a\n\r\t\x1b[31mb\x7f"), "a\\n\\r\\t\\x1b[31mb\\x7f");
}

}  // namespace
}  // namespace serin::stream
