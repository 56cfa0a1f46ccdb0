#include "router/http/predict_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

// The answer to an item with this compound and no other score.
std::string AnswerWith(double compound) {
  RoutedItem item;
  item.outcome = Sentiment{.compound = compound};
  return AnswerToOne(item);
}

// As the library writes it.
std::string Expected(double compound) {
  return nlohmann::json({{"compound", compound}, {"neg", 0.0}, {"neu", 0.0}, {"pos", 0.0}}).dump() +
         "\n";
}

TEST(AnswerToOneTest, WritesScoresAsFlaskDoes) {
  RoutedItem item;
  item.outcome = Sentiment{.neg = 0, .neu = 0.508, .pos = 1, .compound = -0.4404};
  EXPECT_EQ(AnswerToOne(item), "{\"compound\":-0.4404,\"neg\":0.0,\"neu\":0.508,\"pos\":1.0}\n");
}

TEST(AnswerToOneTest, WritesEachScoreOfVaderAsTheLibraryDoes) {
  for (int i = -20'000; i <= 20'000; ++i) {
    ASSERT_EQ(AnswerWith(i / 10'000.0), Expected(i / 10'000.0));
  }
}

TEST(AnswerToOneTest, WritesAnyOtherNumberAsPythonDoes) {
  for (const std::string number :
       {"-0.0", "0.0001", "9.9e-05", "-1.2345e-05", "1e-300", "5e-324", "0.30000000000000004",
        "0.3333333333333333", "0.04229634713818076", "123.0", "-999.9999", "1000.5", "123456.789",
        "1000000000000000.0", "1e+16", "-1.5e+22"}) {
    EXPECT_THAT(AnswerWith(std::strtod(number.c_str(), nullptr)),
                HasSubstr("{\"compound\":" + number + ","));
  }
}

TEST(AnswerToOneTest, AnyNumberReadsBackAsItIs) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> scores(-1, 1);
  for (int i = 0; i < 10'000; ++i) {
    const double value = scores(random) * (i % 2 == 0 ? 1 : 1e-3);
    const auto read = nlohmann::json::parse(AnswerWith(value));
    ASSERT_EQ(read["compound"].get<double>(), value);
  }
}

TEST(AnswerToOneTest, WritesWhatJsonHasNoNumberForAsNull) {
  EXPECT_THAT(AnswerWith(std::numeric_limits<double>::quiet_NaN()), HasSubstr("\"compound\":null"));
  EXPECT_THAT(AnswerWith(std::numeric_limits<double>::infinity()), HasSubstr("\"compound\":null"));
}

TEST(AnswerToBatchTest, AModelServersMessageThatIsNoUtf8StillMakesJson) {
  std::vector<RoutedItem> items(2);
  items[0].outcome = absl::InvalidArgumentError("text: got \xFF \"a\"\n");
  items[1].outcome = absl::UnavailableError("gone");
  const auto json = nlohmann::json::parse(AnswerToBatch(absl::MakeConstSpan(items)));
  EXPECT_EQ(json[0]["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(json[0]["error"], "text: got \xEF\xBF\xBD \"a\"\n");
  EXPECT_EQ(json[1]["error"], "gone");
}

TEST(ParseQuestionTest, TakesTheTextOutOfItsObject) {
  const auto question = ParseQuestion(
      "\xEF\xBB\xBF {\"id\": [1, {\"data\": 2}], \"data\": 3, \"data\": \"caf\\u00e9\\n\"} ", 10);
  ASSERT_TRUE(question.ok()) << question.status();
  EXPECT_FALSE(question->is_batch());
  ASSERT_EQ(question->size(), 1u);
  EXPECT_EQ(question->text(0), "café\n");
}

TEST(ParseQuestionTest, TakesTheTextsOfAnArray) {
  const auto question = ParseQuestion(R"([{"data": "a"}, {"data": ""}, {"data": "bc"}])", 3);
  ASSERT_TRUE(question.ok()) << question.status();
  EXPECT_TRUE(question->is_batch());
  ASSERT_EQ(question->size(), 3u);
  EXPECT_EQ(question->text(0), "a");
  EXPECT_EQ(question->text(1), "");
  EXPECT_EQ(question->text(2), "bc");
}

TEST(ParseQuestionTest, SaysWhatIsWrong) {
  const auto error = [](std::string_view body) { return ParseQuestion(body, 2).status(); };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(error(""), StatusIs(kInvalid, HasSubstr("expected JSON in UTF-8")));
  EXPECT_THAT(error("{\"data\": \"a\"} x"), StatusIs(kInvalid, HasSubstr("expected JSON")));
  EXPECT_THAT(error("{\"data\": \"\xFF\"}"), StatusIs(kInvalid, HasSubstr("expected JSON")));
  EXPECT_THAT(error("null"), StatusIs(kInvalid, HasSubstr("the body: expected {\"data\"")));
  EXPECT_THAT(error("{\"data\": true}"), StatusIs(kInvalid, HasSubstr("got boolean")));
  EXPECT_THAT(error("{\"data\": \"a\", \"data\": 1}"), StatusIs(kInvalid, HasSubstr("got number")));
  EXPECT_THAT(error("[[]]"), StatusIs(kInvalid, HasSubstr("[0]: expected {\"data\"")));
  EXPECT_THAT(error("[{\"data\":\"\"},{\"data\":null}]"),
              StatusIs(kInvalid, HasSubstr("[1].data: expected a string, got null")));
  EXPECT_THAT(error("[{},{},{}]"), StatusIs(kInvalid, HasSubstr("[0].data")));
  EXPECT_THAT(error(R"([{"data":""},{"data":""},{"data":""},{"data":""}])"),
              StatusIs(kInvalid, HasSubstr("at most 2 elements, got 4")));
}

TEST(ParseQuestionTest, ALargeBodyBetweenSmallOnesChangesNothing) {
  const std::string large(1 << 20, 'x');
  for (const std::string& text : {std::string("a"), large, std::string("b")}) {
    const auto question = ParseQuestion(absl::StrCat("{\"data\": \"", text, "\"}"), 1);
    ASSERT_TRUE(question.ok());
    EXPECT_EQ(question->text(0), text);
  }
}

}  // namespace
}  // namespace serin::router
