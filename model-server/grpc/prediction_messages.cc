#include "model-server/grpc/prediction_messages.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace serin::model_server {
namespace {

v1::Label ToProto(Label label) {
  switch (label) {
    case Label::kNegative:
      return v1::NEGATIVE;
    case Label::kNeutral:
      return v1::NEUTRAL;
    case Label::kPositive:
      return v1::POSITIVE;
  }
  return v1::LABEL_UNSPECIFIED;
}

void ToProto(const Sentiment& from, v1::Sentiment& to) {
  to.set_neg(from.neg);
  to.set_neu(from.neu);
  to.set_pos(from.pos);
  to.set_compound(from.compound);
  to.set_label(ToProto(from.label));
}

}  // namespace

absl::Status AnswerOne(const PredictionEngine& engine, const ModelCatalog& catalog,
                       const CallState& call, const v1::PredictRequest& request,
                       v1::PredictResponse& response) {
  const absl::StatusOr<Prediction> prediction =
      engine.Predict(catalog, {.text = request.text(),
                               .model = request.model(),
                               .version = request.model_version(),
                               .request_id = request.request_id(),
                               .trace_id = engine.logs() ? call.trace_id() : ""});
  if (!prediction.ok()) return prediction.status();
  ToProto(prediction->sentiment, *response.mutable_sentiment());
  response.set_model(prediction->by->name);
  response.set_model_version(prediction->by->version);
  if (!request.request_id().empty()) response.set_request_id(request.request_id());
  return absl::OkStatus();
}

void SetError(const absl::Status& status, v1::ItemError& error) {
  error.set_code(static_cast<int>(status.code()));
  error.set_message(std::string(status.message()));
}

absl::StatusOr<AdmissionControl::Ticket> AdmitBatch(const ServingContext& serving, int items) {
  const auto count = static_cast<size_t>(items);
  if (count > serving.max_batch_items) {
    return absl::ResourceExhaustedError(
        absl::StrCat("items: expected at most ", serving.max_batch_items, ", got ", count));
  }
  return serving.admission.Admit(count);
}

void AnswerBatch(const ServingContext& serving, AdmissionControl::Ticket ticket,
                 const CallState& call, const v1::PredictBatchRequest& request,
                 v1::PredictBatchResponse& response, ChunkScheduler::Done done) {
  response.set_batch_id(request.batch_id());
  const int count = request.items_size();
  response.mutable_results()->Reserve(count);
  // All results exist before the workers start: each then writes into its own ones only. Their
  // arena, if any, is thread-safe.
  for (int i = 0; i < count; ++i) response.add_results();
  auto work = [&engine = serving.engine, catalog = serving.engine.catalog(), &call, &request,
               &response](size_t begin, size_t end) {
    const absl::Status waited_for = call.Check();
    for (int i = static_cast<int>(begin); i < static_cast<int>(end); ++i) {
      v1::BatchResult& result = *response.mutable_results(i);
      absl::Status status = waited_for;
      if (status.ok()) {
        status = AnswerOne(engine, *catalog, call, request.items(i), *result.mutable_response());
      }
      if (!status.ok()) SetError(status, *result.mutable_error());
    }
  };
  // Shared because std::function copies.
  auto held = std::make_shared<AdmissionControl::Ticket>(std::move(ticket));
  serving.scheduler.Run(static_cast<size_t>(count), std::move(work),
                        [held = std::move(held), done = std::move(done)]() mutable {
                          held.reset();
                          done();
                        });
}

}  // namespace serin::model_server
