#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "model-server/inference/prediction_engine.h"
#include "model-server/inference/prediction_stats.h"

namespace serin::model_server {

// Texts that one thread scores one after another, such as a chunk of a batch. What is counted of
// them is told to the models' counters when the run ends, and a text's time is from the end of the
// one before, so that counting and timing cost little beside a model of a microsecond.
class PredictionRun {
 public:
  // Both must outlive the run.
  PredictionRun(const PredictionEngine& engine, const ModelCatalog& catalog)
      : engine_(engine), catalog_(catalog) {}
  PredictionRun(const PredictionRun&) = delete;
  PredictionRun& operator=(const PredictionRun&) = delete;
  ~PredictionRun() { TellCounts(); }

  // PredictionEngine::Predict, which is a run of one text.
  absl::StatusOr<Prediction> Predict(const Query& query);

 private:
  void Count(const ServedModel& served, Label label, int64_t inference_nanoseconds);
  void TellCounts();

  const PredictionEngine& engine_;
  const ModelCatalog& catalog_;
  std::optional<int64_t> last_;       // when the text before ended, in Unix nanoseconds
  PredictionStats* stats_ = nullptr;  // whose counts_ are
  PredictionStats::Counts counts_;
};

}  // namespace serin::model_server
