#include "router/http/predict_gateway.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "router/http/http_status.h"
#include "router/http/predict_json.h"

namespace serin::router {
namespace {

HttpResponse JsonResponse(std::string body) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

void AddHeaders(const RoutedItem& item, HttpResponse& response) {
  if (item.route == nullptr) return;
  response.headers.emplace_back("serin-model-version", item.answered_version());
  response.headers.emplace_back("serin-route-revision", absl::StrCat(item.revision->number()));
  response.headers.emplace_back("serin-assignment", AssignmentName(item.kind));
}

// One request. Deletes itself when it is answered.
class GatewayCall final : public RoutedCall {
 public:
  GatewayCall(PredictQuestion question, const HttpRequest& request, absl::Time deadline_in,
              HttpResponder responder)
      : question_(std::move(question)),
        routing_key_(request.Header("x-routing-key")),
        traceparent_(request.Header("traceparent")),
        responder_(std::move(responder)),
        storage_(std::make_unique<RoutedItem[]>(question_.texts.size())) {
    items = absl::MakeSpan(storage_.get(), question_.texts.size());
    for (size_t i = 0; i < items.size(); ++i) {
      items[i].text = question_.texts[i];
      items[i].routing_key = routing_key_;
      items[i].traceparent = traceparent_;
    }
    deadline = deadline_in;
  }

 private:
  void OnAnswered() override {
    const std::unique_ptr<GatewayCall> self(this);
    responder_(question_.is_batch ? JsonResponse(AnswerToBatch(items)) : AnswerOne());
  }

  HttpResponse AnswerOne() const {
    const RoutedItem& item = items.front();
    const absl::Status& status = item.outcome.status();
    HttpResponse response =
        status.ok() ? JsonResponse(AnswerToOne(item))
                    : HttpError(HttpStatusOf(status.code()), std::string(status.message()));
    AddHeaders(item, response);
    return response;
  }

  const PredictQuestion question_;
  const std::string routing_key_;
  const std::string traceparent_;
  HttpResponder responder_;
  const std::unique_ptr<RoutedItem[]> storage_;
};

}  // namespace

void PredictGateway::Handle(HttpRequest request, HttpResponder responder) {
  if (request.path() != "/predict") {
    return responder(HttpError(404, "expected POST /predict"));
  }
  if (request.method != "POST") {
    HttpResponse refusal = HttpError(405, "expected POST, got " + request.method);
    refusal.headers.emplace_back("Allow", "POST");
    return responder(std::move(refusal));
  }
  absl::StatusOr<PredictQuestion> question = ParseQuestion(request.body, max_items_);
  if (!question.ok()) return responder(HttpError(400, std::string(question.status().message())));
  auto* const call =
      new GatewayCall(*std::move(question), request, clock_.Now() + timeout_, std::move(responder));
  router_.Start(*call);
}

}  // namespace serin::router
