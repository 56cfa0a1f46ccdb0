#include "model-server/grpc/prediction_messages.h"

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

void SetResponse(const Prediction& prediction, const std::string& request_id,
                 v1::PredictResponse& response) {
  ToProto(prediction.sentiment, *response.mutable_sentiment());
  response.set_model(prediction.by->name);
  response.set_model_version(prediction.by->version);
  if (!request_id.empty()) response.set_request_id(request_id);
}

absl::StatusOr<AdmissionControl::Ticket> AdmitBatch(const ServingContext& serving, size_t items) {
  if (items > serving.max_batch_items) {
    return absl::ResourceExhaustedError(
        absl::StrCat("items: expected at most ", serving.max_batch_items, ", got ", items));
  }
  return serving.admission.Admit(items);
}

}  // namespace serin::model_server
