#include "model-server/backends/fasttext/fasttext_model.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model-server/backends/fasttext/model_file.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kModel[] = ".data/models/v2.bin";

std::string TempPath() {
  return ::testing::TempDir() + "/model_" +
         ::testing::UnitTest::GetInstance()->current_test_info()->name();
}

class FastTextModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto model = FastTextModel::Load(kModel);
    ASSERT_THAT(model, IsOk()) << "run models/prepare";
    model_ = *std::move(model);
  }

  std::unique_ptr<FastTextModel> model_;
};

TEST_F(FastTextModelTest, TellsPraiseFromComplaint) {
  EXPECT_EQ(model_->Score("I love this, what a great movie!")->label, Label::kPositive);
  EXPECT_EQ(model_->Score("terrible service, my flight was cancelled again")->label,
            Label::kNegative);
}

TEST_F(FastTextModelTest, GivesProbabilitiesForAnyText) {
  for (const std::string& text :
       {std::string("good"), std::string(" "), std::string("\n"), std::string("qzxv"),
        std::string("</s>"), std::string("\x01"), std::string("__label__negative"),
        std::string("\xFF\xFE"), std::string("\u65e5\u672c"), std::string(1 << 20, 'a'),
        std::string(1 << 20, ' ')}) {
    const auto sentiment = model_->Score(text);
    ASSERT_THAT(sentiment, IsOk()) << text.substr(0, 20);
    for (double share : {sentiment->neg, sentiment->neu, sentiment->pos}) {
      EXPECT_GE(share, 0) << text.substr(0, 20);
      EXPECT_LE(share, 1) << text.substr(0, 20);
    }
    EXPECT_NEAR(sentiment->neg + sentiment->neu + sentiment->pos, 1, 1e-9);
    EXPECT_EQ(sentiment->compound, sentiment->pos - sentiment->neg);
  }
}

TEST_F(FastTextModelTest, ReadsOnAfterALineBreak) {
  const auto spaced = model_->Score("fine. and then it was terrible, awful, the worst");
  for (const char* text : {"fine.\nand then it was terrible, awful, the worst",
                           "fine.\r\nand then it was terrible, awful, the worst\n",
                           "fine. </s> and then it was terrible, awful, the worst"}) {
    EXPECT_EQ(model_->Score(text)->label, spaced->label) << text;
    EXPECT_NEAR(model_->Score(text)->neg, spaced->neg, 0.1) << text;
  }
  EXPECT_NE(model_->Score("fine.")->label, spaced->label);
}

TEST_F(FastTextModelTest, ALabelInsideATextDoesNotDecide) {
  EXPECT_EQ(model_->Score("__label__positive terrible awful worst service")->label,
            Label::kNegative);
}

TEST_F(FastTextModelTest, ScoresAlikeFromManyThreads) {
  const std::string text = "not what I had hoped for";
  const double alone = model_->Score(text)->compound;
  std::vector<int> different(4, 0);
  std::vector<std::thread> threads;
  for (int& count : different) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) count += model_->Score(text)->compound != alone;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int count : different) EXPECT_EQ(count, 0);
}

TEST(FastTextModelLoadTest, AMissingFileIsNamed) {
  EXPECT_THAT(FastTextModel::Load("/nowhere/v2.bin"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/v2.bin")));
}

TEST(FastTextModelLoadTest, AFileOfAnotherKindIsRefused) {
  std::ofstream(TempPath()) << "not a model";
  EXPECT_THAT(FastTextModel::Load(TempPath()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(TempPath()), HasSubstr("SERINFT2"))));
}

TEST(FastTextModelLoadTest, AModelCutOffAnywhereIsRefused) {
  std::ifstream in(kModel, std::ios::binary);
  ASSERT_TRUE(in) << "run models/prepare";
  std::ostringstream content;
  content << in.rdbuf();
  const std::string whole = content.str();
  const std::string path = TempPath();
  for (size_t size :
       {size_t{0}, size_t{4}, size_t{12}, size_t{1000}, size_t{434320 + 4}, size_t{434320 + 40},
        size_t{434320 + 12'000'000}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    EXPECT_THAT(FastTextModel::Load(path),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(path)))
        << size << " of " << whole.size();
  }
  std::filesystem::remove(path);
}

TEST(ModelFileTest, KeepsTheLexiconAndStopsWhereTheClassifierBegins) {
  std::stringstream file;
  WriteModelHeader("good\t1.9\n", file);
  file << "classifier";
  const auto lexicon = ReadModelHeader(file);
  ASSERT_THAT(lexicon, IsOk());
  EXPECT_EQ(*lexicon, "good\t1.9\n");
  std::string rest;
  file >> rest;
  EXPECT_EQ(rest, "classifier");
}

TEST(ModelFileTest, AnAbsurdLexiconSizeIsRefusedBeforeItIsAllocated) {
  std::istringstream file(std::string("SERINFT2") + std::string(8, '\x7F'));
  EXPECT_THAT(ReadModelHeader(file),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("64 MiB")));
}

}  // namespace
}  // namespace serin::model_server
