#include "router/http/predict_json.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/http/json_quote.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "common/strings/byte_order_mark.h"

namespace serin::router {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Larger than this, what a body has taken is given back after it.
constexpr size_t kKeptBytes = 256 << 10;

const char* TypeName(element_type type) {
  switch (type) {
    case element_type::ARRAY:
      return "array";
    case element_type::OBJECT:
      return "object";
    case element_type::STRING:
      return "string";
    case element_type::BOOL:
      return "boolean";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "number";
  }
}

// `place` is the object's place in the body, for messages: "" or "[3].".
absl::StatusOr<std::string_view> TextOf(element parent, const std::string& place) {
  simdjson::dom::object object;
  if (parent.get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat(place.empty() ? "the body" : place.substr(0, place.size() - 1),
                     ": expected {\"data\": \"text\"}, got ", TypeName(parent.type())));
  }
  const char* got = "nothing";
  std::string_view text;
  for (const auto& [key, field] : object) {
    if (key != "data") continue;
    got = field.get(text) == simdjson::SUCCESS ? nullptr : TypeName(field.type());
  }
  if (got == nullptr) return text;
  return absl::InvalidArgumentError(absl::StrCat(place, "data: expected a string, got ", got));
}

absl::StatusOr<PredictQuestion> QuestionOf(element root, size_t max_items) {
  simdjson::dom::array array;
  PredictQuestion question(root.get(array) == simdjson::SUCCESS);
  if (!question.is_batch()) {
    SERIN_ASSIGN_OR_RETURN(const std::string_view text, TextOf(root, ""));
    question.Add(text);
    return question;
  }
  // Not array.size(), which stops to count at 2^24.
  for (const element object : array) {
    if (question.size() == max_items) {
      return absl::InvalidArgumentError(
          absl::StrCat("the body: expected at most ", max_items, " elements, got ", array.size()));
    }
    const auto place = absl::StrCat("[", question.size(), "].");
    SERIN_ASSIGN_OR_RETURN(const std::string_view text, TextOf(object, place));
    question.Add(text);
  }
  return question;
}

// A number of at most four decimals, as VADER's scores are, with digits alone. False: it is
// another. A decimal of so few digits is the only one that reads as its double, so this is the
// shortest.
bool AppendRounded(double value, std::string& out) {
  constexpr int kUnit = 10'000;
  if (!(std::abs(value) < 1000) || (value == 0 && std::signbit(value))) return false;
  const long scaled = std::lround(value * kUnit);
  if (static_cast<double>(scaled) / kUnit != value) return false;
  const long size = std::abs(scaled);
  std::array<char, 12> digits;
  char* at = std::to_chars(digits.begin(), digits.end(), size / kUnit).ptr;
  *at++ = '.';
  long rest = size % kUnit;
  int unit = kUnit;
  do {
    unit /= 10;
    *at++ = static_cast<char>('0' + rest / unit);
    rest %= unit;
  } while (rest != 0);
  if (scaled < 0) out.push_back('-');
  out.append(digits.data(), static_cast<size_t>(at - digits.data()));
  return true;
}

// As Python writes a float: shortest, with a fraction or an exponent.
void AppendFloat(std::string_view name, double value, std::string& out) {
  out.append(name);
  if (AppendRounded(value, out)) return;
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  const double size = std::abs(value);
  const bool is_long = size != 0 && (size < 1e-4 || size >= 1e16);
  std::array<char, 32> digits;
  const char* const end =
      std::to_chars(digits.begin(), digits.end(), value,
                    is_long ? std::chars_format::scientific : std::chars_format::fixed)
          .ptr;
  out.append(digits.data(), static_cast<size_t>(end - digits.data()));
  if (!is_long && value == std::trunc(value)) out.append(".0");
}

void AppendScores(const Sentiment& sentiment, std::string& out) {
  AppendFloat("{\"compound\":", sentiment.compound, out);
  AppendFloat(",\"neg\":", sentiment.neg, out);
  AppendFloat(",\"neu\":", sentiment.neu, out);
  AppendFloat(",\"pos\":", sentiment.pos, out);
}

void AppendAnswer(const RoutedItem& item, std::string& out) {
  if (item.outcome.ok()) {
    AppendScores(*item.outcome, out);
    out.append(",\"version\":");
    AppendJsonQuoted(item.answered_version(), out);
  } else {
    const absl::Status& status = item.outcome.status();
    out.append("{\"code\":");
    AppendJsonQuoted(absl::StatusCodeToString(status.code()), out);
    out.append(",\"error\":");
    out.append(JsonQuoteAny(StdView(status.message())));
  }
  out.push_back('}');
}

}  // namespace

std::string_view PredictQuestion::text(size_t i) const {
  const size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(texts_).substr(begin, ends_[i] - begin);
}

void PredictQuestion::Add(std::string_view text) {
  texts_.append(text);
  ends_.push_back(texts_.size());
}

absl::StatusOr<PredictQuestion> ParseQuestion(std::string_view body, size_t max_items) {
  static thread_local simdjson::dom::parser parser;
  static thread_local std::string padded;
  body = WithoutByteOrderMark(body);
  padded.assign(body).append(simdjson::SIMDJSON_PADDING, '\0');
  element root;
  const simdjson::error_code error =
      parser.parse(padded.data(), body.size(), /*realloc_if_needed=*/false).get(root);
  auto question = error == simdjson::SUCCESS
                      ? QuestionOf(root, max_items)
                      : absl::InvalidArgumentError(absl::StrCat(
                            "the body: expected JSON in UTF-8: ", simdjson::error_message(error)));
  if (body.size() > kKeptBytes) {
    parser = simdjson::dom::parser();
    padded = std::string();
  }
  return question;
}

std::string AnswerToOne(const RoutedItem& item) {
  std::string answer;
  answer.reserve(64);
  AppendScores(*item.outcome, answer);
  answer.append("}\n");
  return answer;
}

std::string AnswerToBatch(absl::Span<const RoutedItem> items) {
  std::string answers = "[";
  for (const RoutedItem& item : items) {
    if (answers.size() > 1) answers.push_back(',');
    AppendAnswer(item, answers);
  }
  answers.append("]\n");
  return answers;
}

}  // namespace serin::router
