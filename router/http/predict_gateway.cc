#include "router/http/predict_gateway.h"

#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"
#include "router/http/http_status.h"
#include "router/http/predict_json.h"

namespace serin::router {
namespace {

HttpResponse JsonResponse(std::string body) {
  return {.content_type = "application/json", .body = std::move(body)};
}

void AddHeaders(const RoutedItem& item, HttpResponse& response) {
  if (item.route == nullptr) return;
  std::array<char, 20> digits;  // As many as any uint64_t has.
  const char* const end = std::to_chars(digits.begin(), digits.end(), item.revision->number()).ptr;
  response.header_lines.reserve(128);
  response.AddHeader("serin-model-version", item.answered_version());
  response.AddHeader("serin-route-revision",
                     {digits.data(), static_cast<size_t>(end - digits.data())});
  response.AddHeader("serin-assignment", AssignmentName(item.kind));
}

// One request. It lives on the loop that handed it out, where it is answered, deletes itself, and
// is cancelled when its client goes; so it is there when that happens.
class GatewayCall final : public RoutedCall, private LoopTask {
 public:
  GatewayCall(RequestRouter& router, PredictQuestion question, const HttpRequest& request,
              absl::Time deadline_in, HttpResponder responder)
      : question_(std::move(question)),
        routing_key_(request.Header("x-routing-key")),
        traceparent_(request.Header("traceparent")),
        responder_(std::move(responder)) {
    if (question_.is_batch()) {
      many_ = std::make_unique<RoutedItem[]>(question_.size());
      items = absl::MakeSpan(many_.get(), question_.size());
    } else {
      items = absl::MakeSpan(&one_, 1);
    }
    for (size_t i = 0; i < items.size(); ++i) {
      items[i].text = question_.text(i);
      items[i].routing_key = routing_key_;
      items[i].traceparent = traceparent_;
    }
    deadline = deadline_in;
    responder_.OnAbandoned([this, &router] { router.Cancel(*this); });
  }

 private:
  void OnAnswered() override {
    if (EventLoop::Current() == loop_) return Run();
    loop_->Post(static_cast<LoopTask&>(*this));
  }

  void Run() override {
    const std::unique_ptr<GatewayCall> self(this);
    responder_(question_.is_batch() ? JsonResponse(AnswerToBatch(items)) : AnswerOne());
  }

  HttpResponse AnswerOne() const {
    const absl::Status& status = one_.outcome.status();
    HttpResponse response = status.ok()
                                ? JsonResponse(AnswerToOne(one_))
                                : HttpError(HttpStatusOf(status.code()), StdView(status.message()));
    AddHeaders(one_, response);
    return response;
  }

  // Null in a benchmark without loops.
  EventLoop* const loop_ = EventLoop::Current();
  const PredictQuestion question_;
  const std::string routing_key_;
  const std::string traceparent_;
  HttpResponder responder_;
  RoutedItem one_;
  std::unique_ptr<RoutedItem[]> many_;
};

}  // namespace

void PredictGateway::Handle(const HttpRequest& request, HttpResponder responder) {
  if (request.path() != "/predict") {
    return responder(HttpError(404, "expected POST /predict"));
  }
  if (request.method != "POST") {
    HttpResponse refusal =
        HttpError(405, absl::StrCat("expected POST, got ", AbslView(request.method)));
    refusal.AddHeader("Allow", "POST");
    return responder(std::move(refusal));
  }
  absl::StatusOr<PredictQuestion> question = ParseQuestion(request.body, max_items_);
  if (!question.ok()) return responder(HttpError(400, StdView(question.status().message())));
  auto* const call = new GatewayCall(router_, *std::move(question), request,
                                     clock_.Now() + timeout_, std::move(responder));
  router_.Start(*call);
}

}  // namespace serin::router
