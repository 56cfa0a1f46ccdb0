#include "stream-client/grpc/predict_messages.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

std::string_view LabelName(v1::Label label) {
  switch (label) {
    case v1::NEGATIVE:
      return "negative";
    case v1::NEUTRAL:
      return "neutral";
    case v1::POSITIVE:
      return "positive";
    default:
      return "";
  }
}

std::string_view AssignmentName(v1::Assignment assignment) {
  switch (assignment) {
    case v1::KEY:
      return "KEY";
    case v1::BLOCK:
      return "BLOCK";
    case v1::PINNED:
      return "PINNED";
    case v1::FALLBACK:
      return "FALLBACK";
    case v1::SPILL:
      return "SPILL";
    default:
      return "";
  }
}

Score ToScore(const v1::PredictResponse& response) {
  const v1::Sentiment& sentiment = response.sentiment();
  return Score{.neg = sentiment.neg(),
               .neu = sentiment.neu(),
               .pos = sentiment.pos(),
               .compound = sentiment.compound(),
               .label = LabelName(sentiment.label()),
               .assignment = AssignmentName(response.assignment()),
               .model = response.model(),
               .model_version = response.model_version(),
               .route_revision = response.route_revision()};
}

ItemFault ToFault(const v1::ItemError& error) {
  return {static_cast<absl::StatusCode>(error.code()), error.message()};
}

}  // namespace

void FillRequest(const Attempt& attempt, v1::PredictBatchRequest& request) {
  request.Clear();
  request.set_batch_id(attempt.id);
  for (const uint32_t index : attempt.items) {
    const BatchItem& item = attempt.batch->items[index];
    const Record& record = item.record;
    v1::PredictRequest& out = *request.add_items();
    out.set_text(item.text);
    const std::string_view key = record.key.value_or("");
    if (!key.empty()) {
      out.set_routing_key(key.data(), key.size());
    } else {
      out.set_routing_key(
          absl::StrCat(AbslView(record.topic), "/", record.partition, "/", record.offset));
    }
    for (const RecordHeader& header : record.headers) {
      if (header.name != "traceparent" || !header.value.has_value()) continue;
      out.set_traceparent(header.value->data(), header.value->size());
    }
  }
}

std::vector<ItemAnswer> ReadAnswers(const v1::PredictBatchResponse& response) {
  std::vector<ItemAnswer> answers;
  answers.reserve(static_cast<size_t>(response.results_size()));
  for (const v1::BatchResult& result : response.results()) {
    switch (result.outcome_case()) {
      case v1::BatchResult::kResponse:
        answers.emplace_back(ToScore(result.response()));
        break;
      case v1::BatchResult::kError:
        answers.emplace_back(ToFault(result.error()));
        break;
      case v1::BatchResult::OUTCOME_NOT_SET:
        answers.emplace_back(
            ItemFault{absl::StatusCode::kInternal, "result with neither response nor error"});
    }
  }
  return answers;
}

}  // namespace serin::stream
