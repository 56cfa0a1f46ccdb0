// What a model.yaml makes of a version: the dialects of the backend vader, batching.
#include "model-server/repository/version_loader.h"

#include <string>

#include "gtest/gtest.h"
#include "model-server/repository/file_digest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ManifestLoaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.Write("lexicon.txt", "good\t1.9\nlove\t3.2\n");
    folder_.Write("model.txt", "not a table");
    folder_.Write("emojis.txt", "\U0001F60D\tface with love eyes\n");
  }

  std::string File(const std::string& name) const {
    return "  - {path: " + name + ", sha256: " + *Sha256OfFile((folder_.path() / name).string()) +
           "}\n";
  }

  absl::StatusOr<std::shared_ptr<const ServedModel>> Load(const std::string& manifest) {
    folder_.Write("model.yaml", manifest);
    return loader_.Load({"sentiment", "v1"}, folder_.path().string());
  }

  TempDir folder_;
  RealClock clock_;
  ManifestLoader loader_{[](const ModelVersionId&) { return nullptr; }, clock_};
};

constexpr char kEmojiText[] = "ok \U0001F60D";

TEST_F(ManifestLoaderTest, VaderSpeaksNltksDialectUnlessToldOtherwise) {
  const auto served = Load("backend: vader\nfiles:\n" + File("lexicon.txt"));
  ASSERT_THAT(served, IsOk());
  EXPECT_EQ((*served)->model->Score(kEmojiText)->compound, 0);
}

TEST_F(ManifestLoaderTest, TheDialectVadersentimentReadsEmojis) {
  const auto served = Load("backend: vader\ndialect: vadersentiment\nfiles:\n" +
                           File("lexicon.txt") + File("emojis.txt"));
  ASSERT_THAT(served, IsOk());
  EXPECT_GT((*served)->model->Score(kEmojiText)->compound, 0.5);
}

TEST_F(ManifestLoaderTest, TheDialectVadersentimentNeedsTheEmojiLexicon) {
  EXPECT_THAT(Load("backend: vader\ndialect: vadersentiment\nfiles:\n" + File("lexicon.txt")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("emoji lexicon"), HasSubstr("got 1 file"))));
}

TEST_F(ManifestLoaderTest, AnEmojiLexiconThatIsNoneIsNamed) {
  EXPECT_THAT(Load("backend: vader\ndialect: vadersentiment\nfiles:\n" + File("lexicon.txt") +
                   File("model.txt")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("model.txt"), HasSubstr("line 1"))));
}

TEST_F(ManifestLoaderTest, AModelHasABatcherOnlyWhenItIsAskedFor) {
  const std::string vader = "backend: vader\nfiles:\n" + File("lexicon.txt");
  const auto direct = Load(vader);
  ASSERT_THAT(direct, IsOk());
  EXPECT_EQ((*direct)->batcher, nullptr);
  const auto batched = Load(vader + "batching: {max_items: 8, max_delay: 1ms}\n");
  ASSERT_THAT(batched, IsOk());
  EXPECT_NE((*batched)->batcher, nullptr);
}

TEST_F(ManifestLoaderTest, EveryFaultOfTheBatchingIsNamed) {
  const std::string vader = "backend: vader\nfiles:\n" + File("lexicon.txt");
  EXPECT_THAT(Load(vader + "batching: {max_items: 200000, max_delay: 1h, prefered: 1}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("batching.max_items"), HasSubstr("batching.max_delay"),
                             HasSubstr("batching.prefered: expected a known key"))));
  EXPECT_THAT(Load(vader + "batching: {max_items: 8, preferred_items: 9}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("batching.preferred_items: expected at most batching.max_items, "
                                 "which is 8, got 9")));
}

TEST_F(ManifestLoaderTest, AnUnknownDialectIsNamed) {
  EXPECT_THAT(Load("backend: vader\ndialect: textblob\nfiles:\n" + File("lexicon.txt")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("dialect"), HasSubstr("textblob"), HasSubstr("nltk"))));
}

}  // namespace
}  // namespace serin::model_server
