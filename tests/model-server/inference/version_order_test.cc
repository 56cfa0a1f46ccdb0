#include "model-server/inference/version_order.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

using ::testing::ElementsAre;

TEST(VersionOrderTest, ComparesRunsOfDigitsAsNumbers) {
  std::vector<std::string> versions = {"v10",    "v2",   "v1", "2024-11-02", "2024-2-30",
                                       "v2-rc1", "v2.1", "10", "9"};
  std::sort(versions.begin(), versions.end(), IsOlderVersion);
  EXPECT_THAT(versions, ElementsAre("9", "10", "2024-2-30", "2024-11-02", "v1", "v2", "v2-rc1",
                                    "v2.1", "v10"));
}

TEST(VersionOrderTest, IsAStrictOrder) {
  const std::vector<std::string> versions = {"", "0", "00", "1", "01", "v1", "v01", "v1a", "a1"};
  for (const std::string& a : versions) {
    EXPECT_FALSE(IsOlderVersion(a, a)) << a;
    for (const std::string& b : versions) {
      if (a == b) continue;
      EXPECT_NE(IsOlderVersion(a, b), IsOlderVersion(b, a)) << a << " " << b;
    }
  }
}

TEST(VersionOrderTest, DigitsOfAnyLengthDoNotOverflow) {
  EXPECT_TRUE(IsOlderVersion(std::string(40, '9'), "1" + std::string(40, '0')));
}

}  // namespace
}  // namespace serin::model_server
