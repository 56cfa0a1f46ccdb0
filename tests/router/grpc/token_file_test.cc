#include "router/grpc/token_file.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGood[] =
    "# who may\n\noperator 0123456789abcdef\n  viewer   fedcba9876543210xyz\r\n";

TEST(TokenFileTest, ATokenHasTheRoleOfItsLine) {
  const auto file = TokenFile::Parse(kGood, "tokens");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->RoleOf("0123456789abcdef"), AdminRole::kOperator);
  EXPECT_EQ(file->RoleOf("fedcba9876543210xyz"), AdminRole::kViewer);
}

TEST(TokenFileTest, WhatIsNearlyATokenHasNoRole) {
  const auto file = TokenFile::Parse(kGood, "tokens");
  ASSERT_THAT(file, IsOk());
  for (const char* const token :
       {"", "0", "0123456789abcde", "0123456789abcdeX", "0123456789abcdef0",
        "0123456789abcdef0123456789abcdef", "operator 0123456789abcdef"}) {
    EXPECT_EQ(file->RoleOf(token), std::nullopt) << token;
  }
  EXPECT_EQ(TokenFile().RoleOf(""), std::nullopt);
}

TEST(TokenFileTest, AFaultNamesItsLineAndNoToken) {
  for (const char* const text :
       {"\nadmin 0123456789abcdef\n", "\nviewer secret0short\n", "\nviewer 0123456789abcdef x"}) {
    EXPECT_THAT(TokenFile::Parse(text, "tokens"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("tokens:2: expected"), Not(HasSubstr("0123456789")),
                               Not(HasSubstr("secret0")))));
  }
  EXPECT_THAT(TokenFile::Parse("# none\n", "tokens"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at least one token")));
  EXPECT_THAT(TokenFile::Load("/no/such/file"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/no/such/file")));
}

}  // namespace
}  // namespace serin::router
