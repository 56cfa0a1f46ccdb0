#include "common/telemetry/logging.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

namespace serin {
namespace {

using ::testing::EndsWith;

// What is written to standard error while a log of this format is the default one.
template <typename Write>
std::string Written(const char* format, Write write) {
  const auto before = spdlog::default_logger();
  spdlog::drop("test");
  ::testing::internal::CaptureStderr();
  InitLogging("test", "info", format);
  write();
  spdlog::set_default_logger(before);
  return ::testing::internal::GetCapturedStderr();
}

TEST(LoggingTest, FieldsAreMembersOfALineOfJson) {
  const auto line = nlohmann::json::parse(Written("json", [] {
    LogEvent(spdlog::level::warn, "say \"hi\"", {{"id", "a b"}, {"none", ""}});
  }));
  EXPECT_EQ(line["message"], "say \"hi\"");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["id"], "a b");
  EXPECT_FALSE(line.contains("none"));
}

TEST(LoggingTest, FieldsFollowTheMessageOfALineOfText) {
  EXPECT_THAT(Written("text",
                      [] {
                        LogEvent(spdlog::level::warn, "hi", {{"a", "1"}, {"b", "x y"}});
                      }),
              EndsWith("warning test: hi a=1 b=\"x y\"\n"));
}

TEST(LoggingTest, AnOrdinaryLineHasNoFieldsOfTheOneBefore) {
  const std::string lines = Written("text", [] {
    LogEvent(spdlog::level::info, "first", {{"a", "1"}});
    spdlog::info("second");
  });
  EXPECT_THAT(lines, EndsWith("test: second\n"));
}

}  // namespace
}  // namespace serin
