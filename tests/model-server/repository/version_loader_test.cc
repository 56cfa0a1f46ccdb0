// What a model.yaml makes of a version: the dialects of the backend vader, batching.
#include "model-server/repository/version_loader.h"

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "model-server/backends/read_content.h"
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
    return "  - {path: " + name +
           ", sha256: " + Sha256(ReadContent((folder_.path() / name).string())->bytes) + "}\n";
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

TEST_F(ManifestLoaderTest, WhatIsLoadedIsWhatWasVerifiedWhateverIsWrittenMeanwhile) {
  const std::string manifest = "backend: vader\nfiles:\n" + File("lexicon.txt");
  const std::filesystem::path verified = folder_.path() / "verified.txt";
  const std::filesystem::path other = folder_.path() / "other.txt";
  std::filesystem::copy_file(folder_.path() / "lexicon.txt", verified);
  folder_.Write("other.txt", "good\t-1.9\nlove\t-3.2\n");
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const std::filesystem::path next = folder_.path() / "next.txt";
      std::filesystem::copy_file(i % 2 == 0 ? other : verified, next,
                                 std::filesystem::copy_options::overwrite_existing);
      std::filesystem::rename(next, folder_.path() / "lexicon.txt");
    }
  });
  int loaded = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto served = Load(manifest);
    if (!served.ok()) continue;
    ++loaded;
    ASSERT_GT((*served)->model->Score("good")->compound, 0) << "other bytes than were verified";
  }
  stop = true;
  writer.join();
  EXPECT_GT(loaded, 0);
}

TEST_F(ManifestLoaderTest, FaultsOfTheManifestAndOfItsFilesAreToldAtOnce) {
  EXPECT_THAT(Load("backend: magic\ncolour: red\nfiles:\n" + File("lexicon.txt") +
                   "  - {path: gone.txt, sha256: " + std::string(64, '0') + "}\n" +
                   "  - {path: model.txt, sha256: " + std::string(64, '0') + "}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("backend: expected one of"),
                             HasSubstr("colour: expected a known key"),
                             HasSubstr("gone.txt: expected a readable file"),
                             HasSubstr("model.txt: expected SHA-256 0000"))));
}

TEST_F(ManifestLoaderTest, AnUnknownDialectIsNamed) {
  EXPECT_THAT(Load("backend: vader\ndialect: textblob\nfiles:\n" + File("lexicon.txt")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("dialect"), HasSubstr("textblob"), HasSubstr("nltk"))));
}

}  // namespace
}  // namespace serin::model_server
