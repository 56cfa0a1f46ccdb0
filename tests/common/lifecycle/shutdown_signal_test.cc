#include "common/lifecycle/shutdown_signal.h"

#include <signal.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace serin {
namespace {

TEST(ShutdownSignalTest, WaitsForSigterm) {
  ShutdownSignal signal;
  EXPECT_FALSE(signal.WaitFor(absl::ZeroDuration()));
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(signal.WaitFor(absl::Seconds(30)));
}

TEST(ShutdownSignalTest, CanBeTriggeredFromWithin) {
  ShutdownSignal signal;
  signal.Trigger();
  EXPECT_TRUE(signal.WaitFor(absl::Seconds(30)));
}

TEST(ShutdownSignalDeathTest, TheSecondSignalEndsTheProcessAtOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        ShutdownSignal signal;
        kill(getpid(), SIGTERM);
        signal.Wait();
        kill(getpid(), SIGINT);
        pause();
      },
      ::testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace serin
