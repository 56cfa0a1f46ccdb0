#include "router/http/predict_json.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "nlohmann/json.hpp"
#include "router/dispatch/request_router.h"

namespace serin::router {
namespace {

using Json = nlohmann::json;

// `place` is the object's place in the body, for messages: "" or "[3].".
absl::StatusOr<std::string> TextOf(const Json& object, const std::string& place) {
  if (!object.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(place.empty() ? "the body" : place.substr(0, place.size() - 1),
                     ": expected {\"data\": \"text\"}, got ", object.type_name()));
  }
  const auto data = object.find("data");
  if (data == object.end() || !data->is_string()) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, "data: expected a string, got ",
                     data == object.end() ? "nothing" : data->type_name()));
  }
  return data->get<std::string>();
}

Json ScoresOf(const RoutedItem& item) {
  const Sentiment& sentiment = *item.outcome;
  return {{"compound", sentiment.compound},
          {"neg", sentiment.neg},
          {"neu", sentiment.neu},
          {"pos", sentiment.pos}};
}

Json AnswerInBatch(const RoutedItem& item) {
  if (!item.outcome.ok()) {
    const absl::Status& status = item.outcome.status();
    return {{"code", absl::StatusCodeToString(status.code())},
            {"error", std::string(status.message())}};
  }
  Json answer = ScoresOf(item);
  answer["version"] = item.answered_version();
  return answer;
}

std::string Dump(const Json& json) {
  // A model server's message may be no UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

absl::StatusOr<PredictQuestion> ParseQuestion(const std::string& body, size_t max_items) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError("the body: expected JSON in UTF-8");
  }
  PredictQuestion question;
  question.is_batch = json.is_array();
  if (!question.is_batch) {
    SERIN_ASSIGN_OR_RETURN(std::string text, TextOf(json, ""));
    question.texts.push_back(std::move(text));
    return question;
  }
  if (json.size() > max_items) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body: expected at most ", max_items, " elements, got ", json.size()));
  }
  for (size_t i = 0; i < json.size(); ++i) {
    SERIN_ASSIGN_OR_RETURN(std::string text, TextOf(json[i], absl::StrCat("[", i, "].")));
    question.texts.push_back(std::move(text));
  }
  return question;
}

std::string AnswerToOne(const RoutedItem& item) { return Dump(ScoresOf(item)); }

std::string AnswerToBatch(absl::Span<const RoutedItem> items) {
  Json answers = Json::array();
  for (const RoutedItem& item : items) answers.push_back(AnswerInBatch(item));
  return Dump(answers);
}

}  // namespace serin::router
