// Does one operation of a hot path again and again, for benchmarks/guard/count_instructions:
//   serin-guard-loop <batch|record-batch|record-calls|key|split|gateway|decode> <passes>
// batch: reads, scores (v1) and answers a PredictBatchRequest of 64 texts, as the model server does
// record-batch, record-calls: only times and counts 64 texts, as it does for a batch or 64 calls
// key: assigns 64 keys to versions, as the router does
// split, gateway, decode: see hot_paths.h; 64 texts
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/guard/hot_paths.h"
#include "common/status/check.h"
#include "common/time/clock.h"
#include "model-server/backends/vader/vader_model.h"
#include "model-server/inference/prediction_engine.h"
#include "model-server/inference/prediction_run.h"
#include "model-server/inference/prediction_stats.h"
#include "model-server/wire/batch_message.h"
#include "router/traffic/assignment.h"
#include "serin/v1/predictor.pb.h"

namespace serin {
namespace {

constexpr int kItems = 64;
constexpr char kTexts[] = "benchmarks/guard/texts.txt";
constexpr char kLexicon[] = ".data/lexicon/vader_lexicon.txt";

// 64 texts, those of the file again and again.
std::vector<std::string> Texts() {
  std::vector<std::string> lines;
  std::ifstream in(kTexts, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  SERIN_CHECK(!lines.empty());
  std::vector<std::string> texts;
  for (size_t i = 0; i < kItems; ++i) texts.push_back(lines[i % lines.size()]);
  return texts;
}

// Each returns something that depends on all it did, so that nothing is optimised away.
size_t AnswerBatches(int passes) {
  using namespace model_server;  // NOLINT(google-build-using-namespace): one small function
  auto model = VaderModel::Load(kLexicon);
  if (!model.ok()) {
    std::cerr << model.status() << "; run models/prepare\n";
    std::exit(1);
  }
  const auto served = std::make_shared<const ServedModel>(
      ServedModel{.name = "sentiment",
                  .version = "v1",
                  .max_text_bytes = 65536,
                  .model = std::shared_ptr<const Model>(*std::move(model)),
                  .stats = std::make_shared<PredictionStats>()});
  const Snapshot<ModelCatalog> catalog(
      std::make_shared<const ModelCatalog>(std::vector<ModelCatalog::Entry>{served}));
  PredictionStats unknown;
  const RealClock clock;
  const PredictionEngine engine(catalog, unknown, clock, {});
  v1::PredictBatchRequest request;
  request.set_batch_id(1);
  for (const std::string& text : Texts()) request.add_items()->set_text(text);
  const std::string bytes = request.SerializeAsString();
  size_t answered = 0;
  for (int pass = 0; pass < passes; ++pass) {
    std::vector<Query> queries;
    const auto head = ReadBatch(bytes, kItems, queries);
    SERIN_CHECK(head.ok());
    std::string answer;
    AppendBatchId(head->batch_id, answer);
    const std::shared_ptr<const ModelCatalog> now = engine.catalog();
    PredictionRun run(engine, *now);
    for (const Query& query : queries) {
      AppendPrediction(*run.Predict(query), query.request_id, answer);
    }
    answered += answer.size();
  }
  return answered;
}

size_t RecordTexts(int passes, int texts_a_run) {
  using namespace model_server;  // NOLINT(google-build-using-namespace): one small function
  const RealClock clock;
  PredictionStats stats;
  for (int run = 0; run < passes * kItems / texts_a_run; ++run) {
    PredictionStats::Counts counts;
    int64_t last = clock.UnixNanos();
    for (int i = 0; i < texts_a_run; ++i) {
      const int64_t now = clock.UnixNanos();
      counts.Add(Label::kPositive, now - last);
      last = now;
    }
    stats.CountPredicted(counts);
  }
  return stats.Read().predicted[static_cast<size_t>(Label::kPositive)];
}

size_t AssignKeys(int passes) {
  const auto weights = router::Weights::Create({"v1", "v2"}, {{"v1", 80}, {"v2", 20}});
  SERIN_CHECK(weights.ok());
  const router::Split split("sentiment", 1, router::SlotTable::Create(*weights), 2);
  std::vector<std::string> keys;
  for (int i = 0; i < kItems; ++i) keys.push_back(absl::StrCat("user-", i * 7919));
  size_t canaries = 0;
  for (int pass = 0; pass < passes; ++pass) {
    for (const std::string& key : keys) canaries += split.ByKey(key).version;
  }
  return canaries;
}

int Run(std::string_view what, int passes) {
  size_t result = 0;
  if (what == "batch") {
    result = AnswerBatches(passes);
  } else if (what == "record-batch") {
    result = RecordTexts(passes, kItems);
  } else if (what == "record-calls") {
    result = RecordTexts(passes, 1);
  } else if (what == "key") {
    result = AssignKeys(passes);
  } else if (what == "split") {
    result = SplitBatches(passes, Texts());
  } else if (what == "gateway") {
    result = AnswerGatewayCalls(passes, Texts());
  } else if (what == "decode") {
    result = DecodeRecords(passes, Texts());
  } else {
    std::cerr << "expected batch, record-batch, record-calls, key, split, gateway or decode, got \""
              << what << "\"\n";
    return 64;
  }
  std::printf("%zu\n", result);
  return 0;
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: serin-guard-loop "
                 "<batch|record-batch|record-calls|key|split|gateway|decode> <passes>\n";
    return 64;
  }
  return serin::Run(argv[1], std::atoi(argv[2]));
}
