#include "stream-client/sinks/jsonl_sink.h"

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/pipeline/pipeline_fakes.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

std::string ReadFile(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class JsonlTest : public ::testing::Test {
 protected:
  std::unique_ptr<JsonlFile> Open(uint64_t rotate_bytes = 0) {
    return *JsonlFile::Open({.path = path_.string(), .rotate_bytes = rotate_bytes});
  }

  const testing::TempDir dir_;
  const std::filesystem::path path_ = dir_.path() / "results.jsonl";
};

// Bounds how large the process may make files.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_ = {};
};

using JsonlFileTest = JsonlTest;
using JsonlSinkTest = JsonlTest;

TEST_F(JsonlFileTest, LinesAreAppendedToWhatIsThere) {
  ASSERT_THAT(Open()->Append("1\n"), IsOk());
  ASSERT_THAT(Open()->Append("2\n3\n"), IsOk());
  EXPECT_EQ(ReadFile(path_), "1\n2\n3\n");
}

TEST_F(JsonlFileTest, HalfALineThatAKilledProcessLeftIsCutOff) {
  dir_.Write("results.jsonl", "whole\n" + std::string(200000, 'x'));
  ASSERT_THAT(Open()->Append("next\n"), IsOk());
  EXPECT_EQ(ReadFile(path_), "whole\nnext\n");
}

TEST_F(JsonlFileTest, AFullFileIsPutAsideUnderTheNextFreeNumber) {
  const auto file = Open(/*rotate_bytes=*/8);
  for (const char* line : {"one\n", "two\n", "three\n", "a line of its own\n", "end\n"}) {
    ASSERT_THAT(file->Append(line), IsOk());
  }
  EXPECT_EQ(ReadFile(path_.string() + ".1"), "one\ntwo\n");
  EXPECT_EQ(ReadFile(path_.string() + ".2"), "three\n");
  EXPECT_EQ(ReadFile(path_.string() + ".3"), "a line of its own\n");
  EXPECT_EQ(ReadFile(path_), "end\n");
}

TEST_F(JsonlFileTest, WhatCannotBeWrittenWholeIsNotWrittenAtAll) {
  const auto file = Open();
  ASSERT_THAT(file->Append("first\n"), IsOk());
  {
    const FileSizeLimit limit(10);
    EXPECT_THAT(file->Append("much too long\n"),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("File too large")));
  }
  EXPECT_EQ(ReadFile(path_), "first\n");
}

TEST_F(JsonlFileTest, AFullDiskIsNamed) {
  const auto file = JsonlFile::Open({.path = "/dev/full"});
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT((*file)->Append("1\n"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/dev/full")));
  EXPECT_THAT(JsonlFile::Open({.path = "/no/such/folder/file"}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/no/such/folder/file")));
}

std::unique_ptr<Batch> ScoredBatch() {
  auto batch = MakeTextBatch({"good", "bad"});
  batch->items[0].outcome = Score{.compound = 0.5, .model = "sentiment", .model_version = "v1"};
  batch->items[1].outcome = Failure{};
  return batch;
}

TEST_F(JsonlSinkTest, ResultsAreWrittenBeforeTheirBatchComesBack) {
  FakeSink next;
  JsonlSink sink(Open(), Envelope::kNone, next);
  sink.Write(ScoredBatch());
  ASSERT_NE(*sink.Poll(), nullptr);
  const auto line = nlohmann::json::parse(ReadFile(path_));
  EXPECT_EQ(line["data"], "good");
  EXPECT_EQ(line["compound"], 0.5);
}

TEST_F(JsonlSinkTest, NothingIsWrittenBeforeTheNextSinkIsDone) {
  FakeSink next;
  next.corked = true;
  JsonlSink sink(Open(), Envelope::kNone, next);
  sink.Write(ScoredBatch());
  EXPECT_EQ(*sink.Poll(), nullptr);
  EXPECT_EQ(ReadFile(path_), "");
}

TEST_F(JsonlSinkTest, ABatchWhoseLinesCannotBeWrittenNeverComesBack) {
  FakeSink next;
  JsonlSink sink(*JsonlFile::Open({.path = "/dev/full"}), Envelope::kNone, next);
  sink.Write(ScoredBatch());
  EXPECT_THAT(sink.Poll(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/dev/full")));
}

TEST_F(JsonlSinkTest, KcatsEnvelopeHoldsTheRecordAndTheResultAsItsPayload) {
  FakeSink next;
  JsonlSink sink(Open(), Envelope::kKcat, next);
  auto batch = ScoredBatch();
  batch->items[0].record = MakeRecord(3, 7, "good", "k\"1");
  batch->items[0].record.headers = {{"traceparent", "00-ab"}, {"none", std::nullopt}};
  batch->items[0].record.timestamp_ms = 1234;
  sink.Write(std::move(batch));
  ASSERT_NE(*sink.Poll(), nullptr);
  const auto line = nlohmann::json::parse(ReadFile(path_));
  EXPECT_EQ(line["topic"], "in");
  EXPECT_EQ(line["partition"], 3);
  EXPECT_EQ(line["offset"], 7);
  EXPECT_EQ(line["ts"], 1234);
  EXPECT_EQ(line["tstype"], "create");
  EXPECT_EQ(line["key"], "k\"1");
  EXPECT_EQ(line["headers"].dump(), R"(["traceparent","00-ab","none",null])");
  EXPECT_EQ(nlohmann::json::parse(line["payload"].get<std::string>())["data"], "good");
}

}  // namespace
}  // namespace serin::stream
