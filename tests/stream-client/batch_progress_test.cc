#include "stream-client/batch_progress.h"

#include <sstream>

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/batch_builder.h"
#include "tests/stream-client/pipeline/pipeline_fakes.h"

namespace serin::stream {
namespace {

const absl::Time kReadAt = absl::FromUnixMillis(1700000000000);

// One of each partition and offset.
std::vector<BatchItem> Items(const std::vector<std::pair<int32_t, int64_t>>& places) {
  std::vector<BatchItem> items;
  for (const auto& [partition, offset] : places) items.push_back(MakeItem(partition, offset));
  return items;
}

class BatchProgressTest : public ::testing::Test {
 protected:
  // Of a batch that was read at kReadAt, sent 10 ms, scored 30 ms and done 60 ms later.
  nlohmann::json Line(std::vector<BatchItem> items) {
    const auto batch = MakeBatch(7, std::move(items));
    batch->opened_at = kReadAt;
    batch->sent_at = kReadAt + absl::Milliseconds(10);
    batch->scored_at = kReadAt + absl::Milliseconds(30);
    progress_.OnBatchDone(*batch, kReadAt + absl::Milliseconds(60));
    auto line = nlohmann::json::parse(out_.str());
    out_.str("");
    return line;
  }

  std::map<int32_t, int64_t> ends_;
  std::ostringstream out_;
  CountingObserver next_;
  BatchProgress progress_{{.query = "group", .source = "KafkaV2[Subscribe[in]]", .sink = "out"},
                          [this](const TopicPartition& partition) -> std::optional<int64_t> {
                            const auto end = ends_.find(partition.partition);
                            return end == ends_.end() ? std::nullopt : std::optional(end->second);
                          },
                          next_,
                          out_};
};

TEST_F(BatchProgressTest, ALineSaysWhatWasDoneAndHowLongEachPartTook) {
  std::vector<BatchItem> items = Items({{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}});
  for (size_t i = 1; i < 6; ++i) items[i].outcome = Score{.model = "", .model_version = "v1"};
  items[0].outcome = Failure{};
  const nlohmann::json line = Line(std::move(items));
  EXPECT_EQ(line["name"], "group");
  EXPECT_EQ(line["timestamp"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(line["batchId"], 7);
  EXPECT_EQ(line["numInputRows"], 6);
  EXPECT_EQ(line["processedRowsPerSecond"], 100.0);
  EXPECT_EQ(line["durationMs"],
            nlohmann::json::parse(R"({"latestOffset":0,"getBatch":10,"predict":20,"produce":30,
                                      "commitOffsets":0,"triggerExecution":60})"));
  EXPECT_EQ(line["sink"],
            nlohmann::json::parse(R"({"description":"Kafka[out]","numOutputRows":5})"));
  EXPECT_EQ(next_.batches, 1);
}

TEST_F(BatchProgressTest, TheSourceSaysHowFarItsPartitionsAreBehindTheirEnds) {
  ends_ = {{0, 100}, {3, 5}};
  const nlohmann::json source = Line(Items({{0, 9}, {0, 10}, {3, 4}}))["sources"][0];
  EXPECT_EQ(source["description"], "KafkaV2[Subscribe[in]]");
  EXPECT_EQ(source["startOffset"], nlohmann::json::parse(R"({"in":{"0":9,"3":4}})"));
  EXPECT_EQ(source["endOffset"], nlohmann::json::parse(R"({"in":{"0":11,"3":5}})"));
  EXPECT_EQ(source["latestOffset"], nlohmann::json::parse(R"({"in":{"0":100,"3":5}})"));
  EXPECT_EQ(source["metrics"], nlohmann::json::parse(R"({"avgOffsetsBehindLatest":"44.5",
                                      "maxOffsetsBehindLatest":"89","minOffsetsBehindLatest":"0"})"));
  EXPECT_EQ(source["numInputRows"], 3);
  EXPECT_EQ(source["processedRowsPerSecond"], 50.0);
  EXPECT_EQ(source["inputRowsPerSecond"], 50.0);
}

TEST_F(BatchProgressTest, AnEndThatIsNotKnownOrOldIsNeverInFrontOfWhatWasRead) {
  ends_ = {{0, 5}};
  const nlohmann::json source = Line(Items({{0, 9}, {1, 3}}))["sources"][0];
  EXPECT_EQ(source["latestOffset"], nlohmann::json::parse(R"({"in":{"0":10,"1":4}})"));
  EXPECT_EQ(source["metrics"]["maxOffsetsBehindLatest"], "0");
}

TEST_F(BatchProgressTest, ABatchWhosePartitionsHaveGoneHasALineWithoutOffsets) {
  const nlohmann::json line = Line({});
  EXPECT_EQ(line["numInputRows"], 0);
  EXPECT_EQ(line["sources"][0]["latestOffset"], nlohmann::json::object());
  EXPECT_EQ(line["sources"][0]["metrics"], nlohmann::json::object());
}

}  // namespace
}  // namespace serin::stream
