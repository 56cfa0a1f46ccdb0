#include "model-server/inference/prediction_engine.h"

#include <utility>

#include "common/strings/utf8_prefix.h"
#include "model-server/inference/prediction_run.h"
#include "model-server/inference/text_rules.h"

namespace serin::model_server {
namespace {

// Of what callers name as they like.
constexpr size_t kLoggedBytes = 256;

}  // namespace

PredictionEngine::PredictionEngine(const Snapshot<ModelCatalog>& catalog, PredictionStats& unknown,
                                   const Clock& clock, const PredictionLogs& logs)
    : catalog_(catalog),
      unknown_(unknown),
      clock_(clock),
      logs_(logs),
      slow_nanoseconds_(absl::ToInt64Nanoseconds(logs.slow)) {}

absl::StatusOr<Prediction> PredictionEngine::Predict(const ModelCatalog& catalog,
                                                     const Query& query) const {
  return PredictionRun(*this, catalog).Predict(query);
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
         const int64_t nanoseconds = absl::ToInt64Nanoseconds(inference);
         Log(served, query, outcome, nanoseconds);
         if (!outcome.ok()) {
           served->stats->CountRefused(outcome.status().code());
           return done(outcome.status());
         }
         PredictionStats::Counts counts;
         counts.Add(outcome->label, nanoseconds);
         served->stats->CountPredicted(counts);
         done(Prediction{.sentiment = *outcome, .by = served});
       }});
}

absl::Status PredictionEngine::Refuse(const ModelCatalog& catalog, const Query& query,
                                      absl::Status why, size_t texts) const {
  const ServedModel* served = catalog.Find(query.model, query.version);
  (served == nullptr ? unknown_ : *served->stats).CountRefused(why.code(), texts);
  Log(served, query, why, 0);
  return why;
}

void PredictionEngine::Log(const ServedModel* served, const Query& query,
                           const absl::StatusOr<Sentiment>& outcome,
                           int64_t inference_nanoseconds) const {
  if (logs_.sampled != nullptr && logs_.sampled->Samples()) {
    Write(*logs_.sampled, served, query, outcome, inference_nanoseconds);
  }
  const bool incident = !outcome.ok() || inference_nanoseconds >= slow_nanoseconds_;
  if (incident && logs_.incidents != nullptr && logs_.incidents->Samples()) {
    Write(*logs_.incidents, served, query, outcome, inference_nanoseconds);
  }
}

void PredictionEngine::Write(PredictionLog& log, const ServedModel* served, const Query& query,
                             const absl::StatusOr<Sentiment>& outcome,
                             int64_t inference_nanoseconds) const {
  const bool of_call = query.trace_id.empty() && query.call != nullptr;
  log.Write({.time = clock_.Now(),
             .request_id = Utf8Prefix(query.request_id, kLoggedBytes),
             .trace_id = of_call ? query.call->trace_id() : query.trace_id,
             .model = served == nullptr ? Utf8Prefix(query.model, kLoggedBytes)
                                        : std::string_view(served->name),
             .version = served == nullptr ? Utf8Prefix(query.version, kLoggedBytes)
                                          : std::string_view(served->version),
             .text = query.text,
             .status = outcome.status(),
             .sentiment = outcome.ok() ? *outcome : Sentiment{},
             .inference = absl::Nanoseconds(inference_nanoseconds)});
}

}  // namespace serin::model_server
