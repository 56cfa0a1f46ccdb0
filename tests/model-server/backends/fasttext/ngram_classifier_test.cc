#include "model-server/backends/fasttext/ngram_classifier.h"

#include <limits>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::vector<uint32_t> Ngrams(NgramView view, const std::string& text) {
  std::vector<uint32_t> hashes;
  AppendNgrams(view, text, hashes);
  return hashes;
}

TEST(AppendNgramsTest, SeesWordsAndPairsOfThem) {
  EXPECT_EQ(Ngrams(NgramView::kWords, "not a bit").size(), 5u);
  EXPECT_EQ(Ngrams(NgramView::kWords, " not  a bit\n"), Ngrams(NgramView::kWords, "not a bit"));
  EXPECT_NE(Ngrams(NgramView::kWords, "a b"), Ngrams(NgramView::kWords, "b a"));
  EXPECT_TRUE(Ngrams(NgramView::kWords, " \n").empty());
}

TEST(AppendNgramsTest, SeesPartsOfAWordWithItsEdges) {
  // "_of_" has "_of", "of_" and "_of_".
  EXPECT_EQ(Ngrams(NgramView::kCharacters, "of").size(), 3u);
  const auto whole = Ngrams(NgramView::kCharacters, "sad sad");
  EXPECT_EQ(whole.size(), 2 * Ngrams(NgramView::kCharacters, "sad").size());
  EXPECT_THAT(Ngrams(NgramView::kCharacters, "sad glad"),
              IsSupersetOf(Ngrams(NgramView::kCharacters, "glad")));
}

TEST(NgramClassifierTest, ATextWithoutKnownNgramsIsJudgedByTheBiases) {
  NgramClassifier classifier(NgramView::kWords);
  EXPECT_NEAR(classifier.Probabilities("what")[1], 1.0 / 3, 1e-9);
  classifier.biases()[1] = 1;
  EXPECT_GT(classifier.Probabilities("what")[1], 0.5);
}

TEST(NgramClassifierTest, IsTheSameAfterItIsWrittenAndRead) {
  NgramClassifier classifier(NgramView::kWords);
  const uint32_t bucket = NgramClassifier::BucketOf(Ngrams(NgramView::kWords, "glad")[0]);
  classifier.buckets()[bucket] = {.idf = 2, .weights = {-1, 0, 3}};
  std::stringstream file;
  classifier.Write(file);
  NgramClassifier read(NgramView::kWords);
  ASSERT_THAT(read.Read(file), IsOk());
  EXPECT_GT(read.Probabilities("glad")[2], 0.9);
  EXPECT_EQ(read.Probabilities("glad"), classifier.Probabilities("glad"));
}

TEST(NgramClassifierTest, RefusesTablesThatAreCutOffOrNoNumbers) {
  NgramClassifier classifier(NgramView::kWords);
  std::istringstream cut_off("short");
  EXPECT_THAT(classifier.Read(cut_off),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cut off")));
  classifier.biases()[0] = std::numeric_limits<float>::quiet_NaN();
  std::stringstream file;
  classifier.Write(file);
  EXPECT_THAT(classifier.Read(file),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("finite")));
}

}  // namespace
}  // namespace serin::model_server
