#include "models/evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"

namespace serin::models {
namespace {

using model_server::Label;
using model_server::LabelName;

std::string MatrixTable(const ConfusionMatrix& matrix) {
  std::string out = "| people say | model: negative | neutral | positive |\n|---|---|---|---|\n";
  for (Label label : {Label::kNegative, Label::kNeutral, Label::kPositive}) {
    const auto& row = matrix.counts[static_cast<size_t>(label)];
    absl::StrAppend(&out, "| ", std::string(LabelName(label)), " | ", row[0], " | ", row[1], " | ",
                    row[2], " |\n");
  }
  return out;
}

}  // namespace

size_t ConfusionMatrix::Total() const {
  size_t total = 0;
  for (const auto& row : counts) total += row[0] + row[1] + row[2];
  return total;
}

size_t ConfusionMatrix::Correct() const { return counts[0][0] + counts[1][1] + counts[2][2]; }

double ConfusionMatrix::Accuracy() const {
  const size_t total = Total();
  return total == 0 ? 0 : static_cast<double>(Correct()) / static_cast<double>(total);
}

ConfusionMatrix Evaluate(const model_server::Model& model, const std::vector<LabelledText>& texts) {
  ConfusionMatrix matrix;
  for (const LabelledText& text : texts) {
    const auto sentiment = model.Score(text.text);
    SERIN_CHECK(sentiment.ok());
    ++matrix.counts[static_cast<size_t>(text.label)][static_cast<size_t>(sentiment->label)];
  }
  return matrix;
}

double Calibration::ExpectedError() const {
  double distance = 0;
  double answers = 0;
  for (const ConfidenceBin& bin : bins) {
    distance += std::fabs(bin.confidence - static_cast<double>(bin.correct));
    answers += static_cast<double>(bin.answers);
  }
  return answers == 0 ? 0 : distance / answers;
}

Calibration Calibrate(const model_server::Model& model, const std::vector<LabelledText>& texts) {
  Calibration calibration;
  for (const LabelledText& text : texts) {
    const auto sentiment = model.Score(text.text);
    SERIN_CHECK(sentiment.ok());
    const double confidence = std::max({sentiment->neg, sentiment->neu, sentiment->pos});
    const auto tenth = static_cast<size_t>(std::clamp(confidence, 0.0, 1.0) * 10);
    ConfidenceBin& bin = calibration.bins[std::min(tenth, calibration.bins.size() - 1)];
    ++bin.answers;
    bin.correct += sentiment->label == text.label;
    bin.confidence += confidence;
  }
  return calibration;
}

std::string CalibrationReport(const std::string& title, const Calibration& calibration) {
  std::string out = absl::StrCat(
      "### ", title, "\n\n| largest probability | texts | mean | right |\n|---|---|---|---|\n");
  for (size_t i = 0; i < calibration.bins.size(); ++i) {
    const ConfidenceBin& bin = calibration.bins[i];
    if (bin.answers == 0) continue;
    const auto answers = static_cast<double>(bin.answers);
    absl::StrAppendFormat(&out, "| from 0.%d | %d | %.3f | %.3f |\n", i, bin.answers,
                          bin.confidence / answers, static_cast<double>(bin.correct) / answers);
  }
  absl::StrAppendFormat(&out, "\nExpected calibration error: %.3f\n", calibration.ExpectedError());
  return out;
}

absl::StatusOr<std::vector<LabelledText>> TestTexts(const std::string& path) {
  SERIN_ASSIGN_OR_RETURN(std::vector<LabelledText> rows, ReadCorpus(path));
  std::erase_if(rows, [](const LabelledText& row) { return !IsForTesting(row.text); });
  return rows;
}

std::string Report(const std::string& title, const model_server::Model& model,
                   const std::vector<LabelledText>& texts) {
  std::map<std::string, std::vector<LabelledText>> domains;
  for (const LabelledText& text : texts) domains[text.domain].push_back(text);
  std::string out =
      absl::StrCat("### ", title, "\n\n| texts | count | accuracy |\n|---|---|---|\n");
  const auto add_row = [&out](const std::string& name, const ConfusionMatrix& matrix) {
    absl::StrAppendFormat(&out, "| %s | %d | %.4f |\n", name, matrix.Total(), matrix.Accuracy());
  };
  if (domains.size() > 1) {
    for (const auto& [name, rows] : domains) add_row(name, Evaluate(model, rows));
  }
  const ConfusionMatrix all = Evaluate(model, texts);
  add_row("all", all);
  absl::StrAppend(&out, "\n", MatrixTable(all));
  return out;
}

}  // namespace serin::models
