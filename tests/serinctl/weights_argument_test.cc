#include "serinctl/weights_argument.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::serinctl {
namespace {

using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(WeightsArgumentTest, ReadsOneWeightAVersion) {
  const auto weights = ParseWeights({"v2=20", "v1=80"});
  ASSERT_TRUE(weights.ok());
  EXPECT_THAT(*weights, ElementsAre(Pair("v1", 80), Pair("v2", 20)));
}

TEST(WeightsArgumentTest, NamesEveryArgumentThatIsWrong) {
  EXPECT_THAT(ParseWeights({"v1=80", "v2", "=3", "v3=-1", "v1=7"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("'v2'"), HasSubstr("'=3'"), HasSubstr("'v3=-1'"),
                             HasSubstr("'v1' is given twice"))));
}

TEST(WeightsArgumentTest, RefusesAWeightThatDoesNotFit) {
  EXPECT_THAT(ParseWeights({"v1=4294967296"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'v1=4294967296'")));
}

}  // namespace
}  // namespace serin::serinctl
