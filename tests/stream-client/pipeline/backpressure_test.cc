#include "stream-client/pipeline/backpressure.h"

#include "gtest/gtest.h"

namespace serin::stream {
namespace {

using Reading = Backpressure::Reading;
const absl::Time kStart = absl::FromUnixSeconds(1000);

TEST(BackpressureTest, ReadsUntilTheBoundIsReached) {
  Backpressure backpressure(2);
  EXPECT_EQ(backpressure.Decide(0, kStart), Reading::kOn);
  EXPECT_EQ(backpressure.Decide(1, kStart), Reading::kOn);
  EXPECT_EQ(backpressure.Decide(2, kStart), Reading::kHeld);
}

TEST(BackpressureTest, PausesThePartitionsOnlyWhenTheStallLasts) {
  Backpressure backpressure(2, absl::Milliseconds(100));
  EXPECT_EQ(backpressure.Decide(2, kStart), Reading::kHeld);
  EXPECT_EQ(backpressure.Decide(2, kStart + absl::Milliseconds(99)), Reading::kHeld);
  EXPECT_EQ(backpressure.Decide(2, kStart + absl::Milliseconds(100)), Reading::kPaused);
}

TEST(BackpressureTest, EachStallHasItsOwnPatience) {
  Backpressure backpressure(2, absl::Milliseconds(100));
  EXPECT_EQ(backpressure.Decide(2, kStart), Reading::kHeld);
  EXPECT_EQ(backpressure.Decide(1, kStart + absl::Milliseconds(90)), Reading::kOn);
  EXPECT_EQ(backpressure.Decide(2, kStart + absl::Milliseconds(110)), Reading::kHeld);
}

}  // namespace
}  // namespace serin::stream
