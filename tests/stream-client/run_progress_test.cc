#include "stream-client/run_progress.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/start_time.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using testing::kStart;

PipelineTotals Done(uint64_t records) { return {.records_in = records, .scored = records}; }

TEST(RunProgressTest, ATerminalShowsABarTheRateTheLagAndTheTimeLeft) {
  RunProgress progress;
  progress.Start(kStart);
  EXPECT_EQ(progress.TerminalLine(Done(500), 1500, kStart + absl::Seconds(1)),
            "\r\x1b[K[======                  ]  25%  500 records, 500/s, 0 dead letters, "
            "lag 1500, time left 3s");
}

TEST(RunProgressTest, TheRateFollowsWhatHappensNow) {
  RunProgress progress;
  progress.Start(kStart);
  (void)progress.TerminalLine(Done(1000), 5000, kStart + absl::Seconds(1));
  for (int i = 2; i < 30; ++i) {
    (void)progress.TerminalLine(Done(1000), 5000, kStart + absl::Seconds(i));
  }
  EXPECT_THAT(progress.TerminalLine(Done(1000), 5000, kStart + absl::Seconds(30)),
              HasSubstr("0/s, 0 dead letters, lag 5000, time left unknown"));
}

TEST(RunProgressTest, AnEmptyTopicIsDone) {
  RunProgress progress;
  progress.Start(kStart);
  EXPECT_THAT(progress.TerminalLine(Done(0), 0, kStart + absl::Seconds(1)),
              HasSubstr("] 100%  0 records, 0/s, 0 dead letters, lag 0, time left 0s"));
}

TEST(RunProgressTest, NoBarIsShownBeforeTheLagIsKnown) {
  RunProgress progress;
  progress.Start(kStart);
  EXPECT_THAT(progress.TerminalLine(Done(0), std::nullopt, kStart + absl::Seconds(1)),
              StartsWith("\r\x1b[K0 records"));
}

}  // namespace
}  // namespace serin::stream
