#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "model-server/telemetry/json_prediction_log.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::testing::HasSubstr;

class JsonPredictionLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<JsonPredictionLog> Open(const std::string& text, double sample = 1) {
    v1::config::RequestLogConfig config;
    config.set_path(path_);
    config.set_text(text);
    config.set_sample(sample);
    auto log = JsonPredictionLog::Open(config);
    EXPECT_THAT(log, IsOk());
    return *std::move(log);
  }

  // The lines, once the log is closed.
  static std::vector<nlohmann::json> Read(const std::string& path) {
    std::vector<nlohmann::json> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  static PredictionRecord Record() {
    return {.time = absl::FromUnixSeconds(1),
            .request_id = "r1",
            .trace_id = "abc",
            .model = "sentiment",
            .version = "v1",
            .text = "say \"hi\"\n",
            .sentiment = {.compound = 0.5, .label = Label::kPositive},
            .inference = absl::Microseconds(2)};
  }

  TempDir folder_;
  const std::string path_ = folder_.path() / "requests.jsonl";
};

TEST_F(JsonPredictionLogTest, WritesALineOfJsonForEachQuery) {
  Open("full")->Write(Record());
  const auto lines = Read(path_);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["request_id"], "r1");
  EXPECT_EQ(lines[0]["trace_id"], "abc");
  EXPECT_EQ(lines[0]["code"], "OK");
  EXPECT_EQ(lines[0]["label"], "positive");
  EXPECT_EQ(lines[0]["compound"], 0.5);
  EXPECT_EQ(lines[0]["text"], "say \"hi\"\n");
  EXPECT_EQ(lines[0]["inference_us"], 2.0);
}

TEST_F(JsonPredictionLogTest, RedactsTheTextAsAsked) {
  Open("hash")->Write(Record());
  Open("off")->Write(Record());
  const auto lines = Read(path_);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_FALSE(lines[0].contains("text"));
  EXPECT_EQ(lines[0]["text_xxh3"].get<std::string>().size(), 16u);
  EXPECT_EQ(lines[0]["text_bytes"], 9);
  EXPECT_FALSE(lines[1].contains("text"));
  EXPECT_FALSE(lines[1].contains("text_xxh3"));
  EXPECT_FALSE(lines[1].contains("text_bytes"));
}

TEST_F(JsonPredictionLogTest, SamplesTheShareThatIsAskedFor) {
  const auto none = Open("off", 0);
  const auto tenth = Open("off", 0.1);
  const auto all = Open("off", 1);
  int of_none = 0;
  int of_tenth = 0;
  int of_all = 0;
  for (int i = 0; i < 100000; ++i) {
    of_none += none->Samples() ? 1 : 0;
    of_tenth += tenth->Samples() ? 1 : 0;
    of_all += all->Samples() ? 1 : 0;
  }
  EXPECT_EQ(of_none, 0);
  EXPECT_NEAR(of_tenth, 10000, 600);  // six standard deviations
  EXPECT_EQ(of_all, 100000);
}

TEST_F(JsonPredictionLogTest, AReopenedLogGoesOnInANewFile) {
  auto log = Open("off");
  log->Write(Record());
  log.reset();
  log = Open("off");
  std::filesystem::rename(path_, path_ + ".1");
  log->Reopen();
  while (!std::filesystem::exists(path_)) std::this_thread::yield();
  log->Write(Record());
  log.reset();
  EXPECT_EQ(Read(path_ + ".1").size(), 1u);
  EXPECT_EQ(Read(path_).size(), 1u);
}

TEST_F(JsonPredictionLogTest, ADiskThatRefusesLosesLinesAndNothingElse) {
  v1::config::RequestLogConfig config;
  config.set_path("/dev/full");
  config.set_sample(1);
  auto log = *JsonPredictionLog::Open(config);
  for (int i = 0; i < 10; ++i) log->Write(Record());
  while (log->dropped() < 10) std::this_thread::yield();
  EXPECT_EQ(log->dropped(), 10u);
}

TEST_F(JsonPredictionLogTest, NamesAFileThatCannotBeOpened) {
  v1::config::RequestLogConfig config;
  EXPECT_EQ(*JsonPredictionLog::Open(config), nullptr);
  config.set_path("/nonexistent/requests.jsonl");
  EXPECT_THAT(JsonPredictionLog::Open(config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("request_log.path")));
}

}  // namespace
}  // namespace serin::model_server
