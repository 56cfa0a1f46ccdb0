#include "stream-client/kafka/connection_trouble.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

const absl::Time kNow = absl::FromUnixSeconds(1000);
const absl::Status kNoAnswer = absl::UnavailableError("metadata: Local: Broker transport failure");

TEST(ConnectionTroubleTest, ARefusedPasswordIsFinalAndSaysWhatToCheck) {
  ConnectionTrouble trouble;
  trouble.Note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "b:1: Invalid username or password", kNow);
  trouble.Note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down", kNow);
  EXPECT_THAT(trouble.Explain(kNoAnswer), StatusIs(absl::StatusCode::kUnauthenticated,
                                                   AllOf(HasSubstr("Invalid username or password"),
                                                         HasSubstr("sasl.password"))));
}

TEST(ConnectionTroubleTest, ACertificateThatCannotBeVerifiedIsFinalAndSaysWhatToCheck) {
  ConnectionTrouble trouble;
  trouble.Note(RD_KAFKA_RESP_ERR__SSL, "SSL handshake failed: certificate verify failed", kNow);
  EXPECT_THAT(trouble.refusal(),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("ssl.ca.location")));
}

TEST(ConnectionTroubleTest, WhatPassesIsNoRefusalButIsSaid) {
  ConnectionTrouble trouble;
  EXPECT_EQ(trouble.Explain(kNoAnswer), kNoAnswer);
  trouble.Note(RD_KAFKA_RESP_ERR__SSL, "SSL handshake failed: Disconnected", kNow);
  EXPECT_THAT(trouble.refusal(), IsOk());
  trouble.Note(RD_KAFKA_RESP_ERR__TRANSPORT, "b:1: Connection refused", kNow);
  EXPECT_THAT(trouble.Explain(kNoAnswer),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("metadata"), HasSubstr("Connection refused"))));
}

TEST(ConnectionTroubleTest, ANewAttemptKnowsNothingOfTheLast) {
  ConnectionTrouble trouble;
  trouble.Note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "refused", kNow);
  trouble.Forget();
  EXPECT_EQ(trouble.Explain(kNoAnswer), kNoAnswer);
}

}  // namespace
}  // namespace serin::stream
