#include "stream-client/kafka/end_offsets.h"

#include "gtest/gtest.h"

namespace serin::stream {
namespace {

TEST(EndOffsetsTest, IsReachedWhenEveryPartitionIs) {
  EndOffsets ends;
  ends.Expect(0, 0, 2);
  ends.Expect(1, 5, 6);
  EXPECT_FALSE(ends.AllReached());
  EXPECT_TRUE(ends.OnRecord(0, 0));
  EXPECT_TRUE(ends.OnRecord(0, 1));
  EXPECT_FALSE(ends.AllReached());
  EXPECT_TRUE(ends.OnRecord(1, 5));
  EXPECT_TRUE(ends.AllReached());
}

TEST(EndOffsetsTest, RecordsBehindTheEndDoNotCount) {
  EndOffsets ends;
  ends.Expect(0, 0, 2);
  ends.Expect(1, 0, 9);
  EXPECT_TRUE(ends.OnRecord(0, 1));
  EXPECT_FALSE(ends.OnRecord(0, 2));
  // Compaction left only a record behind the end.
  EXPECT_FALSE(ends.OnRecord(1, 12));
  EXPECT_TRUE(ends.AllReached());
}

TEST(EndOffsetsTest, APartitionWithNothingToReadIsReachedFromTheStart) {
  EndOffsets ends;
  ends.Expect(0, 0, 0);
  ends.Expect(1, 7, 7);
  EXPECT_TRUE(ends.AllReached());
}

TEST(EndOffsetsTest, TheEndMayFallWhereNoRecordIs) {
  EndOffsets ends;
  ends.Expect(0, 0, 5);
  EXPECT_TRUE(ends.OnRecord(0, 3));
  ends.OnPartitionEnd(0, 4);
  EXPECT_FALSE(ends.AllReached());
  ends.OnPartitionEnd(0, 5);
  EXPECT_TRUE(ends.AllReached());
}

}  // namespace
}  // namespace serin::stream
