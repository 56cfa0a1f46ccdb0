#include "router/grpc/infer_call.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/oip/text_tensors.h"
#include "common/status/grpc_status.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/grpc/caller_deadline.h"

namespace serin::router {
namespace {

constexpr char kRoutingKey[] = "routing_key";

std::string_view LabelName(Label label) {
  switch (label) {
    case Label::kNegative:
      return "negative";
    case Label::kNeutral:
      return "neutral";
    case Label::kPositive:
      return "positive";
    case Label::kUnspecified:
      break;
  }
  return "";
}

absl::StatusOr<std::string_view> RoutingKeyOf(const inference::ModelInferRequest& request) {
  const auto found = request.parameters().find(kRoutingKey);
  if (found == request.parameters().end()) return std::string_view();
  if (found->second.has_string_param()) return std::string_view(found->second.string_param());
  return absl::InvalidArgumentError(
      "parameters.routing_key: expected a string_param, got another type");
}

// What is told about every element of a call: once when it is the same for all of them.
class PerElement {
 public:
  void Add(std::string_view value) {
    all_.push_back(AbslView(value));
    if (std::find(distinct_.begin(), distinct_.end(), all_.back()) == distinct_.end()) {
      distinct_.push_back(all_.back());
    }
  }

  // Each value once, in the order in which they came.
  std::string Distinct() const { return absl::StrJoin(distinct_, ","); }
  std::string All() const { return distinct_.size() == 1 ? Distinct() : absl::StrJoin(all_, ","); }

 private:
  std::vector<absl::string_view> distinct_;
  std::vector<absl::string_view> all_;
};

}  // namespace

absl::StatusOr<InferCall*> InferCall::Create(RequestRouter& router,
                                             grpc::CallbackServerContext& context,
                                             const inference::ModelInferRequest& request,
                                             inference::ModelInferResponse& response,
                                             const PredictorLimits& limits, absl::Time now) {
  SERIN_ASSIGN_OR_RETURN(const std::vector<std::string_view> texts, oip::ReadTexts(request));
  SERIN_ASSIGN_OR_RETURN(const std::string_view routing_key, RoutingKeyOf(request));
  if (texts.size() > limits.max_batch_items) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "tensor text: expected at most ", limits.max_batch_items, " elements, got ", texts.size()));
  }
  auto* const call = new InferCall(router, context, request, response);
  call->deadline = DeadlineOf(context, now, limits.default_timeout);
  call->SetItems(texts, routing_key);
  return call;
}

void InferCall::SetItems(const std::vector<std::string_view>& texts, std::string_view routing_key) {
  const auto found = context_.client_metadata().find("traceparent");
  if (found != context_.client_metadata().end()) {
    traceparent_.assign(found->second.begin(), found->second.end());
  }
  storage_ = std::make_unique<RoutedItem[]>(texts.size());
  items = absl::MakeSpan(storage_.get(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    items[i].text = texts[i];
    items[i].model = request_.model_name();
    items[i].model_version = request_.model_version();
    items[i].routing_key = routing_key;
    items[i].request_id = request_.id();
    items[i].traceparent = traceparent_;
  }
}

void InferCall::OnAnswered() {
  const absl::Status error = FirstError();
  if (error.ok()) FillResponse();
  Finish(ToGrpcStatus(error));
}

absl::Status InferCall::FirstError() const {
  for (size_t i = 0; i < items.size(); ++i) {
    const RoutedItem& item = items[i];
    if (item.outcome.ok()) continue;
    // Without a route the fault is the request's, not the element's.
    if (item.route == nullptr) return item.outcome.status();
    return oip::ElementError(i, item.outcome.status());
  }
  return absl::OkStatus();
}

void InferCall::FillResponse() {
  std::vector<oip::TextScores> scores;
  scores.reserve(items.size());
  PerElement versions;
  PerElement assignments;
  for (const RoutedItem& item : items) {
    const Sentiment& sentiment = *item.outcome;
    scores.push_back({.label = LabelName(sentiment.label),
                      .compound = sentiment.compound,
                      .neg = sentiment.neg,
                      .neu = sentiment.neu,
                      .pos = sentiment.pos});
    versions.Add(item.answered_version());
    assignments.Add(AssignmentName(item.kind));
  }
  response_.set_model_name(request_.model_name());
  oip::WriteScores(request_, scores, response_);
  if (items.empty()) return response_.set_model_version(request_.model_version());
  const RoutedItem& first = items.front();
  response_.set_model_name(first.revision->record().route);
  response_.set_model_version(versions.Distinct());
  const uint64_t revision = first.revision->number();
  auto& parameters = *response_.mutable_parameters();
  parameters["serin-model-version"].set_string_param(versions.All());
  parameters["serin-route-revision"].set_uint64_param(revision);
  parameters["serin-assignment"].set_string_param(assignments.All());
  context_.AddInitialMetadata("serin-model-version", versions.Distinct());
  context_.AddInitialMetadata("serin-route-revision", absl::StrCat(revision));
  context_.AddInitialMetadata("serin-assignment", assignments.Distinct());
}

}  // namespace serin::router
