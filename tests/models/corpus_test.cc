#include "models/corpus.h"

#include <fstream>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::models {
namespace {

using model_server::Label;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

std::string WriteTable(const std::string& content) {
  const std::string path = ::testing::TempDir() + "/table_" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(ReadCorpusTest, HoldsEveryRatedText) {
  const auto rows = ReadCorpus(".data/texts/rated_texts.tsv");
  ASSERT_THAT(rows, IsOk());
  std::map<std::string, int> domains;
  for (const LabelledText& row : *rows) ++domains[row.domain];
  EXPECT_EQ(domains, (std::map<std::string, int>{
                         {"amazon", 3708}, {"movies", 10605}, {"nyt", 5190}, {"tweets", 4200}}));
}

TEST(ReadCorpusTest, HoldsEveryLabelledTweet) {
  const auto rows = ReadCorpus(".data/texts/labelled_tweets.tsv");
  ASSERT_THAT(rows, IsOk());
  std::map<Label, int> labels;
  for (const LabelledText& row : *rows) ++labels[row.label];
  EXPECT_EQ(labels,
            (std::map<Label, int>{
                {Label::kNegative, 16186}, {Label::kNeutral, 15018}, {Label::kPositive, 6954}}));
}

TEST(ReadCorpusTest, AMeanRatingCountsFromHalfAPointUp) {
  const auto rows = ReadCorpus(WriteTable(
      "a\t1\t0.5\tx\na\t2\t0.49\ty\na\t3\t-0.5\tz\na\t4\t-0.49\tu\na\t5\tnegative\tv\n"));
  ASSERT_THAT(rows, IsOk());
  const Label expected[] = {Label::kPositive, Label::kNeutral, Label::kNegative, Label::kNeutral,
                            Label::kNegative};
  ASSERT_EQ(rows->size(), std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ((*rows)[i].label, expected[i]) << i;
}

TEST(ReadCorpusTest, ABadRowIsNamed) {
  for (const char* row : {"a\t1\tgood\tx", "a\t1\t0.5", "a\t1\t0.5\t", ""}) {
    EXPECT_THAT(ReadCorpus(WriteTable(std::string("a\t1\t1\tx\n") + row + "\n")),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(":2: expected domain")))
        << row;
  }
}

TEST(ReadCorpusTest, AMissingFileSaysWhatToRun) {
  EXPECT_THAT(ReadCorpus("/nowhere.tsv"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("run models/prepare")));
}

TEST(IsForTestingTest, KeepsOneFifthByTheHashOfTheText) {
  // XXH3_64("") = 0x2D06800538D394C2 and XXH3_64("a") = 0xE6C632B61E964E1F
  EXPECT_EQ(IsForTesting(""), 0x2D06800538D394C2ULL % 5 == 0);
  EXPECT_EQ(IsForTesting("a"), 0xE6C632B61E964E1FULL % 5 == 0);
  int kept = 0;
  for (int i = 0; i < 10000; ++i) kept += IsForTesting(std::to_string(i));
  EXPECT_NEAR(kept, 2000, 150);
}

}  // namespace
}  // namespace serin::models
