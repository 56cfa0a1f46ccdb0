#include "model-server/grpc/prediction_messages.h"

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

absl::Status AnswerOne(const PredictionEngine& engine, const v1::PredictRequest& request,
                       v1::PredictResponse& response) {
  const absl::StatusOr<Sentiment> sentiment = engine.Predict(
      {.text = request.text(), .model = request.model(), .version = request.model_version()});
  if (!sentiment.ok()) return sentiment.status();
  ToProto(*sentiment, *response.mutable_sentiment());
  response.set_model(engine.model_name());
  response.set_model_version(engine.model_version());
  if (!request.request_id().empty()) response.set_request_id(request.request_id());
  return absl::OkStatus();
}

absl::Status CheckBatch(const v1::PredictBatchRequest& request, size_t max_items) {
  const auto items = static_cast<size_t>(request.items_size());
  if (items <= max_items) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("items: expected at most ", max_items, ", got ", items));
}

void AnswerBatch(const PredictionEngine& engine, ChunkScheduler& scheduler,
                 const v1::PredictBatchRequest& request, v1::PredictBatchResponse& response,
                 ChunkScheduler::Done done) {
  response.set_batch_id(request.batch_id());
  const int count = request.items_size();
  response.mutable_results()->Reserve(count);
  // All results exist before the workers start: each then writes into its own ones only. Their
  // arena, if any, is thread-safe.
  for (int i = 0; i < count; ++i) response.add_results();
  scheduler.Run(
      static_cast<size_t>(count),
      [&engine, &request, &response](size_t begin, size_t end) {
        for (int i = static_cast<int>(begin); i < static_cast<int>(end); ++i) {
          v1::BatchResult& result = *response.mutable_results(i);
          const absl::Status status =
              AnswerOne(engine, request.items(i), *result.mutable_response());
          if (status.ok()) continue;
          result.mutable_error()->set_code(static_cast<int>(status.code()));
          result.mutable_error()->set_message(std::string(status.message()));
        }
      },
      std::move(done));
}

}  // namespace serin::model_server
