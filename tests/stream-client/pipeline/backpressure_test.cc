#include "stream-client/pipeline/backpressure.h"

#include "gtest/gtest.h"
#include "tests/support/start_time.h"

namespace serin::stream {
namespace {

using Reading = Backpressure::Reading;
using testing::kStart;

TEST(BackpressureTest, ReadsWhileThereIsRoom) {
  Backpressure backpressure;
  EXPECT_EQ(backpressure.Decide(/*room=*/true, kStart), Reading::kOn);
  EXPECT_EQ(backpressure.Decide(/*room=*/false, kStart), Reading::kHeld);
}

TEST(BackpressureTest, PausesThePartitionsOnlyWhenTheStallLasts) {
  Backpressure backpressure(absl::Milliseconds(100));
  EXPECT_EQ(backpressure.Decide(false, kStart), Reading::kHeld);
  EXPECT_EQ(backpressure.Decide(false, kStart + absl::Milliseconds(99)), Reading::kHeld);
  EXPECT_EQ(backpressure.Decide(false, kStart + absl::Milliseconds(100)), Reading::kPaused);
}

TEST(BackpressureTest, EachStallHasItsOwnPatience) {
  Backpressure backpressure(absl::Milliseconds(100));
  EXPECT_EQ(backpressure.Decide(false, kStart), Reading::kHeld);
  EXPECT_EQ(backpressure.Decide(true, kStart + absl::Milliseconds(90)), Reading::kOn);
  EXPECT_EQ(backpressure.Decide(false, kStart + absl::Milliseconds(110)), Reading::kHeld);
}

}  // namespace
}  // namespace serin::stream
