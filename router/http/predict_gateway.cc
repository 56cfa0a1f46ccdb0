#include "router/http/predict_gateway.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "router/http/http_status.h"

namespace serin::router {
namespace {

using Json = nlohmann::json;

absl::StatusOr<std::string> TextOf(const std::string& body) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError("the body: expected JSON in UTF-8");
  }
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body: expected {\"data\": \"text\"}, got ", json.type_name()));
  }
  const auto data = json.find("data");
  if (data == json.end() || !data->is_string()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data: expected a string, got ", data == json.end() ? "nothing" : data->type_name()));
  }
  return data->get<std::string>();
}

// Keys in the order of their names, floats with a point, as Flask's jsonify writes them.
HttpResponse Answer(const RoutedItem& item) {
  const Sentiment& sentiment = *item.outcome;
  const Json json = {{"compound", sentiment.compound},
                     {"neg", sentiment.neg},
                     {"neu", sentiment.neu},
                     {"pos", sentiment.pos}};
  HttpResponse response;
  response.content_type = "application/json";
  response.body = json.dump() + "\n";
  return response;
}

void AddHeaders(const RoutedItem& item, HttpResponse& response) {
  if (item.route == nullptr) return;
  response.headers.emplace_back("serin-model-version", item.route->route.versions()[item.answered]);
  response.headers.emplace_back("serin-route-revision", absl::StrCat(item.revision->number()));
  response.headers.emplace_back("serin-assignment", AssignmentName(item.kind));
}

// One prediction. Deletes itself when it is answered.
class GatewayCall final : public RoutedCall {
 public:
  GatewayCall(std::string text, std::string routing_key, absl::Time deadline_in,
              HttpResponder responder)
      : text_(std::move(text)),
        routing_key_(std::move(routing_key)),
        responder_(std::move(responder)) {
    item_.text = text_;
    item_.routing_key = routing_key_;
    items = absl::MakeSpan(&item_, 1);
    deadline = deadline_in;
  }

 private:
  void OnAnswered() override {
    const std::unique_ptr<GatewayCall> self(this);
    const absl::Status& status = item_.outcome.status();
    HttpResponse response =
        status.ok() ? Answer(item_)
                    : HttpError(HttpStatusOf(status.code()), std::string(status.message()));
    AddHeaders(item_, response);
    responder_(std::move(response));
  }

  const std::string text_;
  const std::string routing_key_;
  HttpResponder responder_;
  RoutedItem item_;
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
  absl::StatusOr<std::string> text = TextOf(request.body);
  if (!text.ok()) return responder(HttpError(400, std::string(text.status().message())));
  auto* const call = new GatewayCall(*std::move(text), std::string(request.Header("x-routing-key")),
                                     clock_.Now() + timeout_, std::move(responder));
  router_.Start(*call);
}

}  // namespace serin::router
