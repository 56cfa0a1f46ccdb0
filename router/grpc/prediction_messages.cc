#include "router/grpc/prediction_messages.h"

#include <string>

#include "common/strings/absl_view.h"
#include "router/dispatch/request_router.h"

namespace serin::router {
namespace {

// The last of the canonical codes, UNAUTHENTICATED.
constexpr int kLastCode = 16;

}  // namespace

absl::Status ErrorFromMessage(const v1::ItemError& error) {
  const bool known = error.code() >= 1 && error.code() <= kLastCode;
  const auto code =
      known ? static_cast<absl::StatusCode>(error.code()) : absl::StatusCode::kUnknown;
  return absl::Status(code, error.message());
}

Outcome OutcomeFromMessage(const v1::BatchResult& result) {
  if (result.has_error()) return ErrorFromMessage(result.error());
  if (!result.has_response()) {
    return absl::InternalError("the model server answered neither a response nor an error");
  }
  const v1::Sentiment& sentiment = result.response().sentiment();
  return Sentiment{.neg = sentiment.neg(),
                   .neu = sentiment.neu(),
                   .pos = sentiment.pos(),
                   .compound = sentiment.compound(),
                   .label = static_cast<Label>(sentiment.label())};
}

void FillItem(const v1::PredictRequest& request, RoutedItem& item) {
  item.text = request.text();
  item.model = request.model();
  item.model_version = request.model_version();
  item.routing_key = request.routing_key();
}

void FillResponse(const RoutedItem& item, std::string_view request_id,
                  v1::PredictResponse& response) {
  v1::Sentiment& sentiment = *response.mutable_sentiment();
  sentiment.set_neg(item.outcome->neg);
  sentiment.set_neu(item.outcome->neu);
  sentiment.set_pos(item.outcome->pos);
  sentiment.set_compound(item.outcome->compound);
  sentiment.set_label(static_cast<v1::Label>(item.outcome->label));
  response.set_model(item.revision->record().route);
  response.set_model_version(item.answered_version());
  response.set_route_revision(item.revision->number());
  response.set_assignment(static_cast<v1::Assignment>(item.kind));
  if (!request_id.empty()) response.set_request_id(request_id.data(), request_id.size());
}

void FillResult(const RoutedItem& item, std::string_view request_id, v1::BatchResult& result) {
  if (item.outcome.ok()) return FillResponse(item, request_id, *result.mutable_response());
  const absl::Status& status = item.outcome.status();
  result.mutable_error()->set_code(static_cast<int>(status.code()));
  result.mutable_error()->set_message(std::string(status.message()));
}

}  // namespace serin::router
