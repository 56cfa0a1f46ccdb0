#include "model-server/backends/fasttext/text_features.h"

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> TokensOf(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> tokens;
  for (std::string token; in >> token;) tokens.push_back(token);
  return tokens;
}

TextFeatures MakeFeatures() { return TextFeatures(*VaderScorer::Create({{"good", 1.9}})); }

TEST(NormalizedWordsTest, LowersLettersAndSetsPunctuationApart) {
  EXPECT_THAT(TokensOf(NormalizedWords("Don't STOP, it's (very)good!!")),
              ElementsAre("don't", "stop", ",", "it's", "(", "very", ")", "good", "!", "!"));
}

TEST(NormalizedWordsTest, ReplacesLinksAndMentions) {
  EXPECT_THAT(TokensOf(NormalizedWords("@Some_one see https://t.co/x?y=1 @ 5")),
              ElementsAre("<user", "see", "<url", "@", "5"));
}

TEST(NormalizedWordsTest, LineBreaksAndControlCharactersSeparate) {
  EXPECT_THAT(TokensOf(NormalizedWords("one\ntwo\r\nthree\x01"
                                       "four\tfive\vsix")),
              ElementsAre("one", "two", "three", "four", "five", "six"));
}

TEST(NormalizedWordsTest, KeepsBytesBeyondAscii) {
  EXPECT_EQ(NormalizedWords("\u00c9cole \U0001F600"), "\u00c9cole \U0001F600");
}

TEST(TextFeaturesTest, TheLineEndsWithItsOnlyLineFeed) {
  const std::string line = MakeFeatures().LineOf("a\n\nb\nc\n");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
}

TEST(TextFeaturesTest, TellsWhatVaderSays) {
  EXPECT_THAT(
      TokensOf(MakeFeatures().LineOf("good")),
      ElementsAre("good", "<compound2", "<pos10", "<neg0", "<compound2", "<pos10", "<neg0"));
}

// The tokens of a line before VADER's.
std::vector<std::string> WordsOf(const std::string& text) {
  const std::string line = MakeFeatures().LineOf(text);
  return TokensOf(line.substr(0, line.find("<compound")));
}

TEST(TextFeaturesTest, MarksTheThreeWordsAfterANegation) {
  EXPECT_THAT(WordsOf("I don't like this film today"),
              ElementsAre("i", "don't", "like", "not_like", "this", "not_this", "film", "not_film",
                          "today"));
  EXPECT_THAT(WordsOf("never again, thanks"),
              ElementsAre("never", "again", "not_again", ",", "thanks"));
}

TEST(TextFeaturesTest, NoTextMakesATokenThatFastTextTakesForItsOwn) {
  const TextFeatures features = MakeFeatures();
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"</s>", "__label__", "positive", "_",  "<", "/",
                                          "s",    ">",         " ",        "\n", "@", "x"};
  for (int i = 0; i < 2000; ++i) {
    std::string text = "</s> __label__positive";
    for (int n = 0; n < 8; ++n) text += parts[random() % parts.size()];
    for (const std::string& token : TokensOf(features.LineOf(text))) {
      ASSERT_NE(token, "</s>") << text;
      ASSERT_THAT(token, Not(StartsWith("__label__"))) << text;
    }
  }
}

}  // namespace
}  // namespace serin::model_server
