#include "stream-client/sinks/scored_record_json.h"

#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

TEST(ScoredRecordJsonTest, IsReadBackAsItWasWritten) {
  const Score score{.neg = 0.1,
                    .neu = 1.0 / 3,
                    .pos = 1e-7,
                    .compound = -0.8439,
                    .label = "negative",
                    .assignment = "FALLBACK",
                    .model = "sentiment",
                    .model_version = "v\"2",
                    .route_revision = 18446744073709551615ULL};
  const std::string text = "quote \" backslash \\ newline \n bell \a caf\xC3\xA9";
  std::string json;
  AppendScoredRecordJson(MakeRecord(3, 9007199254740993), text, score, json);
  const auto read = nlohmann::json::parse(json);
  EXPECT_EQ(read["data"], text);
  EXPECT_EQ(read["neg"].get<double>(), 0.1);
  EXPECT_EQ(read["neu"].get<double>(), 1.0 / 3);
  EXPECT_EQ(read["pos"].get<double>(), 1e-7);
  EXPECT_EQ(read["compound"].get<double>(), -0.8439);
  EXPECT_EQ(read["model_version"], "v\"2");
  EXPECT_EQ(read["route_revision"].get<uint64_t>(), 18446744073709551615ULL);
  EXPECT_EQ(read["assignment"], "FALLBACK");
  EXPECT_EQ(read["topic"], "in");
  EXPECT_EQ(read["partition"], 3);
  EXPECT_EQ(read["offset"].get<int64_t>(), 9007199254740993);
}

TEST(AppendShortestTest, UsesAsFewDigitsAsReadingItBackTakes) {
  std::string out;
  for (const double number : {0.1, 1.0, 0.0, -0.8439, 0.1 + 0.2}) {
    AppendShortest(number, out);
    out += ' ';
  }
  EXPECT_EQ(out, "0.1 1 0 -0.8439 0.30000000000000004 ");
}

TEST(AppendShortestTest, WritesDecimalsOfFourPlacesAsTheStandardLibraryDoes) {
  for (int i = -10001; i <= 10001; ++i) {
    for (const double number : {i / 10000.0, std::nextafter(i / 10000.0, 2), i * 1e300, i * 1.0}) {
      char expected[32];
      const auto end = std::to_chars(expected, expected + sizeof(expected), number).ptr;
      std::string out;
      AppendShortest(number, out);
      ASSERT_EQ(out, std::string(expected, end));
    }
  }
  std::string zero;
  AppendShortest(-0.0, zero);
  EXPECT_EQ(zero, "-0");
}

TEST(ScoredRecordJsonTest, EscapesWhereverInTheTextTheySeemNecessary) {
  for (const std::string special : {"\"", "\\", "\n", "\x1f", "\x7f", "\xC3\xA9", " "}) {
    for (size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text.insert(at, special);
      std::string json;
      AppendScoredRecordJson(MakeRecord(0, 0), text, Score(), json);
      ASSERT_EQ(nlohmann::json::parse(json)["data"], text);
    }
  }
}

}  // namespace
}  // namespace serin::stream
