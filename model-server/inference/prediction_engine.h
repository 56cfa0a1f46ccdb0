#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/concurrency/snapshot.h"
#include "common/time/clock.h"
#include "model-server/inference/model_catalog.h"
#include "model-server/inference/prediction_log.h"

namespace serin::model_server {

// The call that a query belongs to, asked only when a line is logged.
class CallTrace {
 public:
  virtual ~CallTrace() = default;
  // From the call's own metadata; lives as long as the call.
  virtual std::string_view trace_id() const = 0;
};

// One thing to score. The views must live until it is answered.
struct Query {
  std::string_view text;
  std::string_view model;       // empty: the default model
  std::string_view version;     // empty: its newest version
  std::string_view request_id;  // for the log
  std::string_view trace_id;    // for the log; empty: the call's
  const CallTrace* call = nullptr;
};

// Where queries are logged; both may be null. Not owned.
struct PredictionLogs {
  PredictionLog* sampled = nullptr;    // a sample of all
  PredictionLog* incidents = nullptr;  // those that failed or were slow, as far as it wants them
  absl::Duration slow = absl::InfiniteDuration();
};

// The answer and who gave it.
struct Prediction {
  Sentiment sentiment;
  const ServedModel* by = nullptr;  // lives as long as the catalog
};

// Finds the model a query asks for, checks the text and has the model score it: the one path of all
// RPCs to the models. Thread-safe.
class PredictionEngine {
 public:
  // Nothing is owned; all must outlive the engine. `unknown` counts queries for a model or version
  // that is not loaded.
  PredictionEngine(const Snapshot<ModelCatalog>& catalog, PredictionStats& unknown,
                   const Clock& clock, const PredictionLogs& logs);

  // What is served now. A request takes it once and uses it for all its items.
  std::shared_ptr<const ModelCatalog> catalog() const { return catalog_.Get(); }

  // Scores on this thread. Errors: NOT_FOUND (a model or version that is not loaded),
  // INVALID_ARGUMENT (the text), and what the model itself says.
  absl::StatusOr<Prediction> Predict(const ModelCatalog& catalog, const Query& query) const;

  using StillWanted = std::function<absl::Status()>;
  using Done = std::function<void(const absl::StatusOr<Prediction>&)>;

  // The same for a model that may have a batcher: calls `done` once, on this thread or the
  // batcher's. A query that is not wanted any more when its batch starts is not scored.
  void Submit(std::shared_ptr<const ModelCatalog> catalog, const Query& query,
              StillWanted still_wanted, Done done) const;

  // Counts and logs a query that is refused with `why` before its model is asked; returns `why`.
  // `texts`: how many share this fate; they are counted as the query's model's, with one line.
  absl::Status Refuse(const ModelCatalog& catalog, const Query& query, absl::Status why,
                      size_t texts = 1) const;

 private:
  friend class PredictionRun;

  // Logs an outcome, whatever it is, if that is wanted.
  void Log(const ServedModel* served, const Query& query, const absl::StatusOr<Sentiment>& outcome,
           int64_t inference_nanoseconds) const;
  void Write(PredictionLog& log, const ServedModel* served, const Query& query,
             const absl::StatusOr<Sentiment>& outcome, int64_t inference_nanoseconds) const;

  const Snapshot<ModelCatalog>& catalog_;
  PredictionStats& unknown_;
  const Clock& clock_;
  const PredictionLogs logs_;
  const int64_t slow_nanoseconds_;
};

}  // namespace serin::model_server
