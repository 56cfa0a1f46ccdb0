// The hand-written reading and writing of batches against protobuf's own.
#include "model-server/wire/batch_message.h"

#include <random>

#include "gtest/gtest.h"
#include "serin/v1/predictor.pb.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

constexpr size_t kMaxItems = 1000;

class BatchMessageTest : public ::testing::Test {
 protected:
  std::string Random(size_t max_size) {
    std::string bytes(random_() % (max_size + 1), ' ');
    for (char& c : bytes) c = static_cast<char>(random_());
    return bytes;
  }

  v1::PredictBatchRequest RandomBatch() {
    v1::PredictBatchRequest batch;
    if (random_() % 4 != 0) batch.set_batch_id(random_() >> (random_() % 64));
    for (auto items = random_() % 5; items > 0; --items) {
      v1::PredictRequest& item = *batch.add_items();
      if (random_() % 4 != 0) item.set_text(Random(300));
      if (random_() % 2 == 0) item.set_routing_key(Random(20));
      if (random_() % 2 == 0) item.set_model_version(Random(5));
      if (random_() % 2 == 0) item.set_request_id(Random(20));
      if (random_() % 2 == 0) item.set_model(Random(20));
      if (random_() % 4 == 0) item.mutable_unknown_fields()->AddFixed64(99, random_());
      if (random_() % 4 == 0) item.mutable_unknown_fields()->AddVarint(1000, random_());
    }
    if (random_() % 4 == 0) batch.mutable_unknown_fields()->AddFixed32(17, 5);
    return batch;
  }

  void ExpectSame(const v1::PredictBatchRequest& batch, const BatchHead& head) const {
    EXPECT_EQ(head.batch_id, batch.batch_id());
    ASSERT_EQ(head.items, static_cast<size_t>(batch.items_size()));
    ASSERT_EQ(queries_.size(), head.items);
    for (size_t i = 0; i < queries_.size(); ++i) {
      const v1::PredictRequest& item = batch.items(static_cast<int>(i));
      EXPECT_EQ(queries_[i].text, item.text());
      EXPECT_EQ(queries_[i].version, item.model_version());
      EXPECT_EQ(queries_[i].request_id, item.request_id());
      EXPECT_EQ(queries_[i].model, item.model());
    }
  }

  std::mt19937_64 random_{1};
  std::vector<Query> queries_;
};

TEST_F(BatchMessageTest, ReadsWhatProtobufWrites) {
  for (int round = 0; round < 2000; ++round) {
    const v1::PredictBatchRequest batch = RandomBatch();
    const std::string bytes = batch.SerializeAsString();
    const auto head = ReadBatch(bytes, kMaxItems, queries_);
    ASSERT_THAT(head, IsOk());
    ExpectSame(batch, *head);
  }
}

TEST_F(BatchMessageTest, AgreesWithProtobufOnDamagedMessages) {
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = RandomBatch().SerializeAsString();
    if (bytes.empty()) continue;
    if (random_() % 2 == 0) bytes.resize(random_() % bytes.size());
    if (!bytes.empty()) bytes[random_() % bytes.size()] = static_cast<char>(random_());
    v1::PredictBatchRequest batch;
    const bool parsed = batch.ParseFromString(bytes);
    const auto head = ReadBatch(bytes, kMaxItems, queries_);
    ASSERT_EQ(head.ok(), parsed);
    if (head.ok()) ExpectSame(batch, *head);
    if (!parsed) ++refused;
  }
  EXPECT_GT(refused, 1000);
}

TEST_F(BatchMessageTest, TheLastOfAFieldThatComesTwiceCounts) {
  v1::PredictRequest first;
  first.set_text("first");
  v1::PredictRequest last;
  last.set_text("last");
  const std::string item = first.SerializeAsString() + last.SerializeAsString();
  v1::PredictBatchRequest batch;
  batch.mutable_unknown_fields()->AddLengthDelimited(2, item);
  const std::string bytes = batch.SerializeAsString();
  ASSERT_THAT(ReadBatch(bytes, kMaxItems, queries_), IsOk());
  EXPECT_EQ(queries_.at(0).text, "last");
}

TEST_F(BatchMessageTest, TakesTheTraceIdOutOfATraceparent) {
  v1::PredictBatchRequest batch;
  batch.add_items()->set_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  batch.add_items()->set_traceparent("nonsense");
  const std::string bytes = batch.SerializeAsString();
  ASSERT_THAT(ReadBatch(bytes, kMaxItems, queries_), IsOk());
  EXPECT_EQ(queries_.at(0).trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(queries_.at(1).trace_id, "");
}

TEST_F(BatchMessageTest, ItemsOverTheLimitAreCountedAndNotKept) {
  v1::PredictBatchRequest batch;
  for (int i = 0; i < 10; ++i) batch.add_items()->set_text("good");
  const std::string bytes = batch.SerializeAsString();
  const auto head = ReadBatch(bytes, 3, queries_);
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->items, 10u);
  EXPECT_EQ(queries_.size(), 3u);
}

TEST_F(BatchMessageTest, SaysWhereAMalformedMessageBreaks) {
  v1::PredictBatchRequest batch;
  batch.add_items()->set_text("good");
  batch.add_items()->set_text("bad");
  std::string bytes = batch.SerializeAsString();
  bytes.pop_back();
  EXPECT_THAT(ReadBatch(bytes, kMaxItems, queries_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected a serin.v1.PredictBatchRequest, got 14 bytes")));
}

TEST_F(BatchMessageTest, WritesByteForByteWhatProtobufWrites) {
  const ServedModel served{.name = "sentiment", .version = "v1"};
  const Sentiment sentiment{
      .neg = 0.1, .neu = 0.2, .pos = 0.7, .compound = -0.5, .label = Label::kPositive};
  const std::string long_id(300, 'x');
  const absl::Status error = absl::NotFoundError(std::string(200, 'e'));

  std::string bytes;
  AppendBatchId(uint64_t{1} << 40, bytes);
  AppendPrediction({.sentiment = sentiment, .by = &served}, "", bytes);
  AppendItemError(error, bytes);
  AppendPrediction({.sentiment = {}, .by = &served}, long_id, bytes);

  v1::PredictBatchResponse response;
  response.set_batch_id(uint64_t{1} << 40);
  v1::PredictResponse& first = *response.add_results()->mutable_response();
  first.mutable_sentiment()->set_neg(0.1);
  first.mutable_sentiment()->set_neu(0.2);
  first.mutable_sentiment()->set_pos(0.7);
  first.mutable_sentiment()->set_compound(-0.5);
  first.mutable_sentiment()->set_label(v1::POSITIVE);
  first.set_model("sentiment");
  first.set_model_version("v1");
  v1::ItemError& second = *response.add_results()->mutable_error();
  second.set_code(static_cast<int>(absl::StatusCode::kNotFound));
  second.set_message(std::string(200, 'e'));
  v1::PredictResponse& third = *response.add_results()->mutable_response();
  third = first;
  third.mutable_sentiment()->set_neg(0);
  third.mutable_sentiment()->set_neu(0);
  third.mutable_sentiment()->set_pos(0);
  third.mutable_sentiment()->set_compound(0);
  third.mutable_sentiment()->set_label(v1::NEUTRAL);
  third.set_request_id(long_id);
  EXPECT_EQ(bytes, response.SerializeAsString());
}

TEST_F(BatchMessageTest, WritesTheErrorOfAWholeBatch) {
  std::string bytes;
  AppendBatchId(7, bytes);
  AppendBatchError(absl::ResourceExhaustedError("too many"), bytes);
  v1::PredictBatchResponse response;
  response.set_batch_id(7);
  response.mutable_error()->set_code(8);
  response.mutable_error()->set_message("too many");
  EXPECT_EQ(bytes, response.SerializeAsString());
}

}  // namespace
}  // namespace serin::model_server
