#include "stream-client/sinks/scored_record_message.h"

#include "gtest/gtest.h"
#include "serin/v1/scored_record.pb.h"
#include "tests/stream-client/batch_builder.h"

namespace serin::stream {
namespace {

TEST(ScoredRecordMessageTest, IsReadBackAsItWasWritten) {
  const Score score{.neg = 0.1,
                    .neu = 1.0 / 3,
                    .pos = 1e-7,
                    .compound = -0.8439,
                    .label = "negative",
                    .assignment = "FALLBACK",
                    .model = "sentiment",
                    .model_version = "v2",
                    .route_revision = 18446744073709551615ULL};
  std::string bytes;
  AppendScoredRecordMessage(MakeRecord(3, 9007199254740993), "caf\xC3\xA9", score, bytes);
  v1::ScoredRecord read;
  ASSERT_TRUE(read.ParseFromString(bytes));
  EXPECT_EQ(read.data(), "caf\xC3\xA9");
  EXPECT_EQ(read.neg(), 0.1);
  EXPECT_EQ(read.neu(), 1.0 / 3);
  EXPECT_EQ(read.pos(), 1e-7);
  EXPECT_EQ(read.compound(), -0.8439);
  EXPECT_EQ(read.label(), "negative");
  EXPECT_EQ(read.model(), "sentiment");
  EXPECT_EQ(read.model_version(), "v2");
  EXPECT_EQ(read.route_revision(), 18446744073709551615ULL);
  EXPECT_EQ(read.assignment(), "FALLBACK");
  EXPECT_EQ(read.topic(), "in");
  EXPECT_EQ(read.partition(), 3);
  EXPECT_EQ(read.offset(), 9007199254740993);
}

}  // namespace
}  // namespace serin::stream
