#include "common/hashing/stable_hash.h"

#include "gtest/gtest.h"

namespace serin {
namespace {

TEST(StableHashTest, IsXxh3OfTheBytes) {
  EXPECT_EQ(StableHash(""), 0x2D06800538D394C2ULL);
  EXPECT_EQ(StableHash("a"), 0xE6C632B61E964E1FULL);
}

TEST(StableHashTest, ASeedMakesAnotherHash) { EXPECT_NE(StableHash("a", 1), StableHash("a")); }

TEST(MulHiTest, CoversTheRangeAndStaysInIt) {
  EXPECT_EQ(MulHi(0, 10000), 0u);
  EXPECT_EQ(MulHi(~0ULL, 10000), 9999u);
  EXPECT_EQ(MulHi(1ULL << 63, 10000), 5000u);
}

}  // namespace
}  // namespace serin
