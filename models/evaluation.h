#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"
#include "models/corpus.h"

namespace serin::models {

// How the labels of a model compare with people's. Rows and columns are negative, neutral,
// positive.
struct ConfusionMatrix {
  std::array<std::array<size_t, 3>, 3> counts{};  // [people's label][model's label]

  size_t Total() const;
  size_t Correct() const;
  double Accuracy() const;  // 0 without texts
};

// Over all the texts; one the model fails on is a CHECK failure, since none may.
ConfusionMatrix Evaluate(const model_server::Model& model, const std::vector<LabelledText>& texts);

// Answers of a model whose largest probability falls into one tenth of [0, 1].
struct ConfidenceBin {
  size_t answers = 0;
  size_t correct = 0;
  double confidence = 0;  // the sum of their largest probabilities
};

// How far a model's probabilities can be believed (Guo et al. 2017, "On Calibration of Modern
// Neural Networks", section 2).
struct Calibration {
  std::array<ConfidenceBin, 10> bins;

  // The mean distance between confidence and accuracy, weighted by answers. 0 without answers.
  double ExpectedError() const;
};

// Over all the texts; a failing model is a CHECK failure, as above.
Calibration Calibrate(const model_server::Model& model, const std::vector<LabelledText>& texts);

// The bins and the expected error, as Markdown.
std::string CalibrationReport(const std::string& title, const Calibration& calibration);

// The texts of a corpus that no model was trained on. Errors: ReadCorpus's.
absl::StatusOr<std::vector<LabelledText>> TestTexts(const std::string& path);

// A model's accuracy by domain and the confusion matrix over all of them, as Markdown.
std::string Report(const std::string& title, const model_server::Model& model,
                   const std::vector<LabelledText>& texts);

}  // namespace serin::models
