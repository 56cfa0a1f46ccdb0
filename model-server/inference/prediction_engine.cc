#include "model-server/inference/prediction_engine.h"

#include <utility>

#include "model-server/inference/text_rules.h"

namespace serin::model_server {

PredictionEngine::PredictionEngine(const Snapshot<ModelCatalog>& catalog, PredictionStats& unknown,
                                   const Clock& clock, const PredictionLogs& logs)
    : catalog_(catalog), unknown_(unknown), clock_(clock), logs_(logs) {}

absl::StatusOr<Prediction> PredictionEngine::Predict(const ModelCatalog& catalog,
                                                     const Query& query) const {
  const ServedModel* served = catalog.Find(query.model, query.version);
  absl::Duration inference;
  const absl::StatusOr<Sentiment> outcome = served == nullptr
                                                ? catalog.NotFound(query.model, query.version)
                                                : Score(*served, query, inference);
  Account(served, query, outcome, inference);
  if (!outcome.ok()) return outcome.status();
  return Prediction{.sentiment = *outcome, .by = served};
}

absl::StatusOr<Sentiment> PredictionEngine::Score(const ServedModel& served, const Query& query,
                                                  absl::Duration& inference) const {
  if (absl::Status status = CheckText(query.text, served.max_text_bytes); !status.ok()) {
    return status;
  }
  const absl::Time start = clock_.Now();
  absl::StatusOr<Sentiment> sentiment = served.model->Score(query.text);
  inference = clock_.Now() - start;
  return sentiment;
}

void PredictionEngine::Submit(std::shared_ptr<const ModelCatalog> catalog, const Query& query,
                              StillWanted still_wanted, Done done) const {
  const ServedModel* served = catalog->Find(query.model, query.version);
  if (served == nullptr || served->batcher == nullptr) return done(Predict(*catalog, query));
  if (absl::Status status = CheckText(query.text, served->max_text_bytes); !status.ok()) {
    return done(Refuse(*catalog, query, std::move(status)));
  }
  served->batcher->Submit(
      {.text = query.text,
       .still_wanted = std::move(still_wanted),
       .done = [this, catalog = std::move(catalog), served, query, done = std::move(done)](
                   const absl::StatusOr<Sentiment>& outcome, absl::Duration inference) {
         Account(served, query, outcome, inference);
         if (!outcome.ok()) return done(outcome.status());
         done(Prediction{.sentiment = *outcome, .by = served});
       }});
}

absl::Status PredictionEngine::Refuse(const ModelCatalog& catalog, const Query& query,
                                      absl::Status why) const {
  Account(catalog.Find(query.model, query.version), query, why, absl::ZeroDuration());
  return why;
}

void PredictionEngine::Account(const ServedModel* served, const Query& query,
                               const absl::StatusOr<Sentiment>& outcome,
                               absl::Duration inference) const {
  PredictionStats& stats = served == nullptr ? unknown_ : *served->stats;
  if (outcome.ok()) {
    stats.CountPredicted(outcome->label, inference);
  } else {
    stats.CountRefused(outcome.status().code());
  }
  if (logs_.sampled != nullptr && logs_.sampled->Samples()) {
    Write(*logs_.sampled, served, query, outcome, inference);
  }
  const bool incident = !outcome.ok() || inference >= logs_.slow;
  if (incident && logs_.incidents != nullptr && logs_.incidents->Samples()) {
    Write(*logs_.incidents, served, query, outcome, inference);
  }
}

void PredictionEngine::Write(PredictionLog& log, const ServedModel* served, const Query& query,
                             const absl::StatusOr<Sentiment>& outcome,
                             absl::Duration inference) const {
  const bool of_call = query.trace_id.empty() && query.call != nullptr;
  log.Write({.time = clock_.Now(),
             .request_id = query.request_id,
             .trace_id = of_call ? query.call->trace_id() : query.trace_id,
             .model = served == nullptr ? query.model : std::string_view(served->name),
             .version = served == nullptr ? query.version : std::string_view(served->version),
             .text = query.text,
             .status = outcome.status(),
             .sentiment = outcome.ok() ? *outcome : Sentiment{},
             .inference = inference});
}

}  // namespace serin::model_server
