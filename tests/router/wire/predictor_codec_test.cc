#include "router/wire/predictor_codec.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "serin/v1/predictor.pb.h"

namespace serin::router {
namespace {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  size_t Below(size_t limit) { return random_() % limit; }
  bool Maybe() { return Below(2) == 0; }
  // Any bytes, as texts need not be UTF-8.
  std::string Bytes() {
    static constexpr size_t kSizes[] = {0, 1, 5, 127, 128, 300, 20'000};
    std::string bytes(kSizes[Below(Below(8) == 0 ? std::size(kSizes) : 5)], '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  double Double() {
    static constexpr double kOdd[] = {0, -0.0, 1, 0.8439, 1e-310, -1e308};
    return Maybe() ? kOdd[Below(std::size(kOdd))] : static_cast<double>(random_()) / 4e9;
  }

  v1::PredictRequest Request() {
    v1::PredictRequest request;
    if (Maybe()) request.set_text(Bytes());
    if (Maybe()) request.set_routing_key(Bytes());
    if (Maybe()) request.set_model_version(Bytes());
    if (Maybe()) request.set_request_id(Bytes());
    if (Maybe()) request.set_model(Bytes());
    if (Maybe()) request.set_traceparent(Bytes());
    if (Below(4) == 0) AddUnknown(*request.mutable_unknown_fields());
    return request;
  }

  v1::PredictBatchRequest Batch() {
    v1::PredictBatchRequest batch;
    if (Maybe()) batch.set_batch_id(random_() * random_());
    for (size_t i = Below(8); i > 0; --i) *batch.add_items() = Request();
    if (Below(4) == 0) AddUnknown(*batch.mutable_unknown_fields());
    return batch;
  }

  v1::PredictBatchResponse Reply() {
    v1::PredictBatchResponse reply;
    if (Maybe()) reply.set_batch_id(random_());
    for (size_t i = Below(8); i > 0; --i) FillResult(*reply.add_results());
    if (Below(8) == 0) FillError(*reply.mutable_error());
    return reply;
  }

  std::string Damage(std::string bytes) {
    for (size_t i = Below(4); i > 0 && !bytes.empty(); --i) {
      const size_t at = Below(bytes.size());
      switch (Below(3)) {
        case 0:
          bytes[at] = static_cast<char>(random_());
          break;
        case 1:
          bytes.erase(at, 1 + Below(3));
          break;
        default:
          bytes.insert(at, 1 + Below(3), static_cast<char>(random_()));
      }
    }
    return bytes;
  }

 private:
  void AddUnknown(google::protobuf::UnknownFieldSet& fields) {
    fields.AddVarint(100, random_());
    fields.AddFixed32(101, 7);
    fields.AddFixed64(2000, 8);
    fields.AddLengthDelimited(70'000, Bytes());
    fields.AddGroup(102)->AddGroup(103)->AddVarint(1, 1);
  }
  void FillError(v1::ItemError& error) {
    if (Maybe()) error.set_code(static_cast<int>(Below(40)) - 10);
    if (Maybe()) error.set_message(Bytes());
  }
  void FillResult(v1::BatchResult& result) {
    const size_t kind = Below(4);
    if (kind == 0) return;
    if (kind == 1) return FillError(*result.mutable_error());
    v1::PredictResponse& response = *result.mutable_response();
    if (Maybe()) response.set_model_version(Bytes());
    if (Below(8) == 0) return;
    v1::Sentiment& sentiment = *response.mutable_sentiment();
    if (Maybe()) sentiment.set_neg(Double());
    if (Maybe()) sentiment.set_neu(Double());
    if (Maybe()) sentiment.set_pos(Double());
    if (Maybe()) sentiment.set_compound(Double());
    if (Maybe()) sentiment.set_label(static_cast<v1::Label>(Below(4)));
    if (Below(8) == 0) AddUnknown(*sentiment.mutable_unknown_fields());
  }

  std::mt19937 random_;
};

void ExpectSame(const RoutedItem& item, const v1::PredictRequest& expected) {
  EXPECT_EQ(item.text, expected.text());
  EXPECT_EQ(item.routing_key, expected.routing_key());
  EXPECT_EQ(item.model_version, expected.model_version());
  EXPECT_EQ(item.request_id, expected.request_id());
  EXPECT_EQ(item.model, expected.model());
  EXPECT_EQ(item.traceparent, expected.traceparent());
}

void ExpectSame(const Outcome& outcome, const v1::BatchResult& expected) {
  if (expected.has_error()) {
    const int code = expected.error().code();
    EXPECT_EQ(static_cast<int>(outcome.status().code()), code >= 1 && code <= 16 ? code : 2);
    EXPECT_EQ(std::string(outcome.status().message()), expected.error().message());
    return;
  }
  if (!expected.has_response()) {
    EXPECT_EQ(outcome.status().code(), absl::StatusCode::kInternal);
    return;
  }
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  const v1::Sentiment& sentiment = expected.response().sentiment();
  const std::vector<double> got = {outcome->neg, outcome->neu, outcome->pos, outcome->compound};
  const std::vector<double> wanted = {sentiment.neg(), sentiment.neu(), sentiment.pos(),
                                      sentiment.compound()};
  // As bits, for a damaged double may be no number.
  EXPECT_EQ(std::memcmp(got.data(), wanted.data(), 4 * sizeof(double)), 0);
  EXPECT_EQ(static_cast<int>(outcome->label), static_cast<int>(sentiment.label()));
}

TEST(PredictorCodecTest, ReadsARequestAsProtobufDoes) {
  Generator generator(1);
  for (int round = 0; round < 3000; ++round) {
    const v1::PredictRequest request = generator.Request();
    // Repeated: fields that come again count as they came last.
    const std::string bytes = request.SerializeAsString() +
                              (round % 3 == 0 ? generator.Request().SerializeAsString() : "");
    v1::PredictRequest expected;
    ASSERT_TRUE(expected.ParseFromString(bytes));
    RoutedItem item;
    ASSERT_TRUE(ReadRequest(bytes, item));
    ExpectSame(item, expected);
  }
}

TEST(PredictorCodecTest, ReadsABatchAsProtobufDoes) {
  Generator generator(2);
  for (int round = 0; round < 2000; ++round) {
    const std::string bytes = generator.Batch().SerializeAsString();
    v1::PredictBatchRequest expected;
    ASSERT_TRUE(expected.ParseFromString(bytes));
    BatchParts batch;
    ASSERT_TRUE(ReadBatchRequest(bytes, batch));
    EXPECT_EQ(batch.batch_id, expected.batch_id());
    ASSERT_EQ(batch.parts.size(), static_cast<size_t>(expected.items_size()));
    for (int i = 0; i < expected.items_size(); ++i) {
      RoutedItem item;
      ASSERT_TRUE(ReadRequest(batch.parts[static_cast<size_t>(i)], item));
      ExpectSame(item, expected.items(i));
    }
  }
}

TEST(PredictorCodecTest, ReadsAReplyAsProtobufDoes) {
  Generator generator(3);
  for (int round = 0; round < 2000; ++round) {
    const std::string bytes = generator.Reply().SerializeAsString();
    v1::PredictBatchResponse expected;
    ASSERT_TRUE(expected.ParseFromString(bytes));
    BatchParts reply;
    ASSERT_TRUE(ReadBatchResponse(bytes, reply));
    EXPECT_EQ(reply.batch_id, expected.batch_id());
    EXPECT_EQ(reply.has_error, expected.has_error());
    ASSERT_EQ(reply.parts.size(), static_cast<size_t>(expected.results_size()));
    for (int i = 0; i < expected.results_size(); ++i) {
      ExpectSame(ReadBatchResult(reply.parts[static_cast<size_t>(i)]), expected.results(i));
    }
  }
}

// Both accept or both refuse, and what both accept means the same.
TEST(PredictorCodecTest, JudgesDamagedBytesAsProtobufDoes) {
  Generator generator(4);
  int good = 0;
  int bad = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::string bytes = generator.Damage(generator.Request().SerializeAsString());
    v1::PredictRequest expected;
    const bool readable = expected.ParseFromString(bytes);
    RoutedItem item;
    ASSERT_EQ(ReadRequest(bytes, item), readable) << round;
    if (readable) ExpectSame(item, expected);
    ++(readable ? good : bad);
    const std::string result = generator.Damage(generator.Reply().SerializeAsString());
    BatchParts reply;
    ReadBatchResponse(result, reply);
    for (const std::string_view part : reply.parts) {
      v1::BatchResult wanted;
      const bool whole = wanted.ParseFromArray(part.data(), static_cast<int>(part.size()));
      if (whole)
        ExpectSame(ReadBatchResult(part), wanted);
      else
        EXPECT_EQ(ReadBatchResult(part).status().code(), absl::StatusCode::kInternal);
    }
  }
  EXPECT_GT(good, 5000);
  EXPECT_GT(bad, 5000);
}

}  // namespace
}  // namespace serin::router
