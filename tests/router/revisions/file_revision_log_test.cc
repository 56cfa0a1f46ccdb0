#include "router/revisions/file_revision_log.h"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

class FileRevisionLogTest : public ::testing::Test {
 protected:
  FileRevisionLogTest()
      : folder_(std::filesystem::temp_directory_path() /
                absl::StrCat("serin-log-", getpid(), "-",
                             ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        path_((folder_ / "deep" / "revisions.log").string()) {}
  ~FileRevisionLogTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<FileRevisionLog> Open() {
    auto log = FileRevisionLog::Open(path_);
    EXPECT_THAT(log, IsOk());
    return *std::move(log);
  }

  static Revision Numbered(uint64_t number) {
    return {.route = "sentiment",
            .number = number,
            .weights = {{"v1", 80}, {"v2", 20}},
            .slots = "v1:0-7999,v2:8000-9999",
            .created_at = absl::FromUnixMillis(1'700'000'000'123),
            .actor = "ann",
            .reason = "line\nbreak, \"quotes\" and ünïcode",
            .source = number == 1 ? RevisionSource::kConfig : RevisionSource::kRuntime};
  }

  void AppendThree() {
    const auto log = Open();
    for (uint64_t i = 1; i <= 3; ++i) ASSERT_THAT(log->Append(Numbered(i)), IsOk());
  }

  std::string Content(const std::string& suffix = "") const {
    std::ifstream file(path_ + suffix, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void Write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }

  const std::filesystem::path folder_;
  const std::string path_;
};

TEST_F(FileRevisionLogTest, WhatWasAppendedIsReadBack) {
  AppendThree();
  const auto revisions = *Open()->ReadAll();
  ASSERT_EQ(revisions.size(), 3u);
  for (uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(revisions[i - 1], Numbered(i));
}

TEST_F(FileRevisionLogTest, TheFileIsForPeopleToo) {
  AppendThree();
  EXPECT_THAT(Content(),
              HasSubstr(R"( {"route":"sentiment","revision":2,"weights":{"v1":80,"v2":20},)"
                        R"("slots":"v1:0-7999,v2:8000-9999")"));
}

TEST_F(FileRevisionLogTest, ATornTailIsDroppedKeptAsideAndWrittenOver) {
  AppendThree();
  const std::string whole = Content();
  const size_t third = whole.rfind('\n', whole.size() - 2) + 1;
  // Wherever the write was cut off.
  for (const size_t cut : {third + 1, third + 17, whole.size() - 1}) {
    std::filesystem::remove(path_ + ".dropped");
    Write(whole.substr(0, cut));
    const auto log = Open();
    EXPECT_EQ(log->ReadAll()->size(), 2u);
    EXPECT_EQ(Content(".dropped"), whole.substr(third, cut - third));
    ASSERT_THAT(log->Append(Numbered(3)), IsOk());
    EXPECT_EQ(Content(), whole);
  }
}

TEST_F(FileRevisionLogTest, ACorruptLastRecordIsDropped) {
  AppendThree();
  std::string content = Content();
  content[content.size() - 10] ^= 1;
  Write(content);
  EXPECT_EQ(Open()->ReadAll()->size(), 2u);
}

TEST_F(FileRevisionLogTest, CorruptionInTheMiddleIsRefusedWithFileAndLine) {
  AppendThree();
  std::string content = Content();
  content[content.find('\n') + 40] ^= 1;
  Write(content);
  EXPECT_THAT(FileRevisionLog::Open(path_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path_ + ":2: the checksum")));
  EXPECT_EQ(Content(), content) << "the file is left as it is";
}

TEST_F(FileRevisionLogTest, OneProcessAtATime) {
  const auto log = Open();
  EXPECT_THAT(FileRevisionLog::Open(path_),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("in use")));
}

TEST_F(FileRevisionLogTest, AFullDiskLosesTheChangeAndNothingElse) {
  AppendThree();
  const std::string whole = Content();
  {
    const auto log = Open();
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto restore_signal = std::signal(SIGXFSZ, SIG_IGN);
    // Half a record more, then no more.
    const rlimit full{.rlim_cur = whole.size() + 50, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
    EXPECT_THAT(log->Append(Numbered(4)), StatusIs(absl::StatusCode::kUnavailable, _));
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, restore_signal);
    EXPECT_EQ(Content(), whole);
    EXPECT_THAT(log->Append(Numbered(4)), IsOk()) << "the disk has room again";
  }
  EXPECT_EQ(Open()->ReadAll()->size(), 4u);
}

TEST_F(FileRevisionLogTest, AFolderThatCannotBeMadeIsAnError) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "deep") << "a file";
  EXPECT_THAT(FileRevisionLog::Open(path_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(path_)));
}

TEST_F(FileRevisionLogTest, ALongLogIsCompactedAtTheStartAndGoesOn) {
  {
    const auto log = Open();
    for (uint64_t i = 1; i <= 9; ++i) ASSERT_THAT(log->Append(Numbered(i)), IsOk());
  }
  {
    auto log = FileRevisionLog::Open(path_, 4);
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->ReadAll()->front(), Numbered(6));
    ASSERT_THAT((*log)->Append(Numbered(10)), IsOk());
    EXPECT_THAT(FileRevisionLog::Open(path_), StatusIs(absl::StatusCode::kFailedPrecondition, _))
        << "the new file is locked too";
  }
  const auto revisions = *Open()->ReadAll();
  ASSERT_EQ(revisions.size(), 5u);
  EXPECT_EQ(revisions.front(), Numbered(6));
  EXPECT_EQ(revisions.back(), Numbered(10));
}

TEST_F(FileRevisionLogTest, ALogThatIsNotTooLongKeepsEverything) {
  AppendThree();
  EXPECT_EQ((*FileRevisionLog::Open(path_, 2))->ReadAll()->size(), 3u);
}

}  // namespace
}  // namespace serin::router
