#include "common/status/grpc_status.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(GrpcStatusTest, CodeAndMessageComeThroughBothWays) {
  const absl::Status status = absl::NotFoundError("model: expected one");
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
  EXPECT_TRUE(FromGrpcStatus(ToGrpcStatus(absl::OkStatus())).ok());
}

TEST(GrpcStatusTest, AMessageThatMetadataCannotHoldIsCutBetweenCharacters) {
  const grpc::Status ascii = ToGrpcStatus(absl::NotFoundError(std::string(100'000, 'x')));
  EXPECT_EQ(ascii.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_LT(ascii.error_message().size(), 6300u);
  EXPECT_THAT(ascii.error_message(), EndsWith("x... (100000 bytes)"));
  std::string accents;
  for (int i = 0; i < 5000; ++i) accents += "\u00e9";
  const std::string cut = ToGrpcStatus(absl::NotFoundError(accents)).error_message();
  EXPECT_LT(cut.size(), 2100u) << "each byte takes three";
  EXPECT_THAT(cut, EndsWith("\u00e9... (10000 bytes)"));
  EXPECT_THAT(cut, StartsWith("\u00e9"));
}

}  // namespace
}  // namespace serin
