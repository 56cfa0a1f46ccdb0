#include "model-server/telemetry/incident_log.h"

#include <memory>

#include "common/telemetry/logging.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"
#include "tests/support/fake_clock.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeClock;
using ::testing::HasSubstr;
using ::testing::Not;

class IncidentLogTest : public ::testing::Test {
 protected:
  // What a log with this redaction writes of the record, in this format.
  std::string Written(const std::string& text_mode, const char* format,
                      const PredictionRecord& record) {
    const auto before = spdlog::default_logger();
    spdlog::drop("incidents");
    ::testing::internal::CaptureStderr();
    InitLogging("incidents", "info", format);
    config_.set_text(text_mode);
    IncidentLog(config_, clock_).Write(record);
    spdlog::set_default_logger(before);
    return ::testing::internal::GetCapturedStderr();
  }

  static PredictionRecord Refusal() {
    return {.request_id = "r1\nforged=1",
            .trace_id = "0af7651916cd43dd8448eb211c80319c",
            .model = "sentiment",
            .version = "v1",
            .text = "secret",
            .status = absl::InvalidArgumentError("text: expected \"less\"")};
  }

  FakeClock clock_;
  v1::config::IncidentLogConfig config_;
};

TEST_F(IncidentLogTest, ALineOfJsonCarriesTheIdsAsMembers) {
  const auto line = nlohmann::json::parse(Written("hash", "json", Refusal()));
  EXPECT_EQ(line["message"], "refused: text: expected \"less\"");
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(line["request_id"], "r1\nforged=1");
  EXPECT_EQ(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(line["version"], "v1");
  EXPECT_EQ(line["text_bytes"], "6");
  EXPECT_EQ(line["text_xxh3"].get<std::string>().size(), 16u);
  EXPECT_FALSE(line.contains("text"));
}

TEST_F(IncidentLogTest, ALineOfTextCarriesThemAndCannotBeForged) {
  const std::string lines = Written("full", "text", Refusal());
  EXPECT_THAT(lines, HasSubstr("trace_id=0af7651916cd43dd8448eb211c80319c"));
  EXPECT_THAT(lines, HasSubstr("request_id=\"r1\\u000aforged=1\""));
  EXPECT_THAT(lines, HasSubstr("text=secret"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1);
}

TEST_F(IncidentLogTest, TheTextIsRedactedAsAsked) {
  EXPECT_THAT(Written("off", "json", Refusal()), Not(HasSubstr("text_")));
  EXPECT_THAT(Written("hash", "json", Refusal()), Not(HasSubstr("secret")));
  EXPECT_THAT(Written("full", "json", Refusal()), HasSubstr("\"text\":\"secret\""));
}

TEST_F(IncidentLogTest, ASlowPredictionIsAWarningWithItsTime) {
  PredictionRecord slow = Refusal();
  slow.status = absl::OkStatus();
  slow.inference = absl::Milliseconds(250);
  const auto line = nlohmann::json::parse(Written("off", "json", slow));
  EXPECT_EQ(line["message"], "slow prediction");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["inference_us"], "250000.0");
}

TEST_F(IncidentLogTest, AFloodIsCutToItsLinesASecond) {
  config_.set_max_per_second(3);
  IncidentLog log(config_, clock_);
  const auto wanted = [&log] {
    int lines = 0;
    for (int i = 0; i < 100; ++i) lines += log.Samples() ? 1 : 0;
    return lines;
  };
  EXPECT_EQ(wanted(), 3);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(wanted(), 3);
  config_.set_max_per_second(0);
  EXPECT_FALSE(IncidentLog(config_, clock_).Samples());
}

}  // namespace
}  // namespace serin::model_server
