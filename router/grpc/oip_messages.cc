#include "router/grpc/oip_messages.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin::router {
namespace {

using ::inference::ModelInferResponse;
using Tensor = ModelInferResponse::InferOutputTensor;

constexpr double kVaderBound = 0.05;
constexpr size_t kLengthBytes = 4;

absl::Status Fault(const Tensor& tensor, size_t expected) {
  return absl::InternalError(absl::StrCat("the model's output ", tensor.name(), ": expected ",
                                          expected, " elements that can be read, got datatype ",
                                          tensor.datatype()));
}

template <typename T>
std::vector<double> FromRaw(const std::string& raw) {
  std::vector<double> values(raw.size() / sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

std::vector<std::string> BytesFromRaw(const std::string& raw) {
  std::vector<std::string> values;
  for (size_t at = 0; raw.size() - at >= kLengthBytes;) {
    uint32_t length = 0;
    std::memcpy(&length, raw.data() + at, kLengthBytes);
    at += kLengthBytes;
    if (raw.size() - at < length) break;
    values.push_back(raw.substr(at, length));
    at += length;
  }
  return values;
}

// The outputs of a response by name, in either of their forms.
class Outputs {
 public:
  explicit Outputs(const ModelInferResponse& response) : response_(response) {}

  // Nothing when there is no such output.
  absl::StatusOr<std::optional<std::vector<double>>> Numbers(std::string_view name,
                                                             size_t expected) const {
    const int index = IndexOf(name);
    if (index < 0) return std::nullopt;
    const Tensor& tensor = response_.outputs(index);
    const bool wide = tensor.datatype() == "FP64";
    std::vector<double> values;
    if (!wide && tensor.datatype() != "FP32") return Fault(tensor, expected);
    if (const std::string* const raw = Raw(index); raw != nullptr) {
      values = wide ? FromRaw<double>(*raw) : FromRaw<float>(*raw);
    } else if (wide) {
      const auto& contents = tensor.contents().fp64_contents();
      values.assign(contents.begin(), contents.end());
    } else {
      const auto& contents = tensor.contents().fp32_contents();
      values.assign(contents.begin(), contents.end());
    }
    if (values.size() != expected) return Fault(tensor, expected);
    return values;
  }

  absl::StatusOr<std::optional<std::vector<std::string>>> Texts(std::string_view name,
                                                                size_t expected) const {
    const int index = IndexOf(name);
    if (index < 0) return std::nullopt;
    const Tensor& tensor = response_.outputs(index);
    std::vector<std::string> values;
    if (const std::string* const raw = Raw(index); raw != nullptr) {
      values = BytesFromRaw(*raw);
    } else {
      const auto& contents = tensor.contents().bytes_contents();
      values.assign(contents.begin(), contents.end());
    }
    if (tensor.datatype() != "BYTES" || values.size() != expected) return Fault(tensor, expected);
    return values;
  }

 private:
  int IndexOf(std::string_view name) const {
    for (int i = 0; i < response_.outputs_size(); ++i) {
      if (response_.outputs(i).name() == name) return i;
    }
    return -1;
  }
  const std::string* Raw(int index) const {
    if (index >= response_.raw_output_contents_size()) return nullptr;
    return &response_.raw_output_contents(index);
  }

  const ModelInferResponse& response_;
};

struct Columns {
  std::optional<std::vector<std::string>> label;
  std::optional<std::vector<double>> compound;
  std::optional<std::vector<double>> scores;
};

absl::StatusOr<Columns> ReadColumns(const ModelInferResponse& response, size_t count) {
  const Outputs outputs(response);
  Columns columns;
  SERIN_ASSIGN_OR_RETURN(columns.label, outputs.Texts("label", count));
  SERIN_ASSIGN_OR_RETURN(columns.compound, outputs.Numbers("compound", count));
  SERIN_ASSIGN_OR_RETURN(columns.scores, outputs.Numbers("scores", 3 * count));
  if (columns.label || columns.compound || columns.scores) return columns;
  return absl::InternalError("the model answered none of the outputs label, compound and scores");
}

std::optional<Label> ParseLabel(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower == "negative") return Label::kNegative;
  if (lower == "neutral") return Label::kNeutral;
  if (lower == "positive") return Label::kPositive;
  return std::nullopt;
}

Label LabelOf(double compound) {
  if (compound >= kVaderBound) return Label::kPositive;
  return compound <= -kVaderBound ? Label::kNegative : Label::kNeutral;
}

double CompoundOf(const Sentiment& sentiment, bool has_scores) {
  if (has_scores) return sentiment.pos - sentiment.neg;
  return static_cast<double>(sentiment.label) - static_cast<double>(Label::kNeutral);
}

Outcome OutcomeAt(const Columns& columns, size_t i) {
  Sentiment sentiment;
  if (columns.label.has_value()) {
    const std::optional<Label> label = ParseLabel((*columns.label)[i]);
    if (!label.has_value()) {
      return absl::InternalError(
          absl::StrCat("the model's label: expected positive, neutral or negative, got \"",
                       (*columns.label)[i].substr(0, 64), "\""));
    }
    sentiment.label = *label;
  }
  if (columns.scores.has_value()) {
    const double* const scores = columns.scores->data() + 3 * i;
    sentiment.neg = scores[0];
    sentiment.neu = scores[1];
    sentiment.pos = scores[2];
  }
  sentiment.compound = columns.compound.has_value()
                           ? (*columns.compound)[i]
                           : CompoundOf(sentiment, columns.scores.has_value());
  if (!columns.label.has_value()) sentiment.label = LabelOf(sentiment.compound);
  if (!columns.scores.has_value()) {
    const double size = std::min(std::abs(sentiment.compound), 1.0);
    (sentiment.compound < 0 ? sentiment.neg : sentiment.pos) = size;
    sentiment.neu = 1 - size;
  }
  return sentiment;
}

}  // namespace

inference::ModelInferRequest InferRequest(const std::string& model, const std::string& version,
                                          absl::Span<const std::string> texts) {
  inference::ModelInferRequest request;
  request.set_model_name(model);
  request.set_model_version(version);
  auto& input = *request.add_inputs();
  input.set_name("text");
  input.set_datatype("BYTES");
  input.add_shape(static_cast<int64_t>(texts.size()));
  for (const std::string& text : texts) input.mutable_contents()->add_bytes_contents(text);
  return request;
}

std::vector<Outcome> OutcomesOf(const ModelInferResponse& response, size_t count) {
  const absl::StatusOr<Columns> columns = ReadColumns(response, count);
  if (!columns.ok()) return std::vector<Outcome>(count, Outcome(columns.status()));
  std::vector<Outcome> outcomes;
  outcomes.reserve(count);
  for (size_t i = 0; i < count; ++i) outcomes.push_back(OutcomeAt(*columns, i));
  return outcomes;
}

}  // namespace serin::router
